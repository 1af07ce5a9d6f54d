using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Models;

/// <summary>Comparisons between tensors and plain numbers. Arguments may be tensors that nobody else holds.</summary>
internal static class Numbers
{
    public static Tensor Ids(params IReadOnlyList<int>[] rows) =>
        tensor(rows.SelectMany(row => row.Select(id => (long)id)).ToArray(), [rows.Length, rows[0].Count], device: TinyModel.Device);

    public static float[] ToArray(Tensor value)
    {
        using var scope = NewDisposeScope();
        var numbers = value.detach().to(float32).contiguous().cpu().data<float>().ToArray();
        GC.KeepAlive(value);
        return numbers;
    }

    /// <summary>|actual - expected| / |expected|, Euclidean, over all entries.</summary>
    public static double RelativeError(Tensor actual, double[][] expected) =>
        RelativeError(ToArray(actual).Select(x => (double)x), expected.SelectMany(row => row));

    public static double RelativeError(double[][] actual, double[][] expected) => RelativeError(actual.SelectMany(row => row), expected.SelectMany(row => row));

    public static double LargestDifference(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        var largest = (a.detach().cpu() - b.detach().cpu()).abs().max().to(float64).item<double>();
        GC.KeepAlive((a, b));
        return largest;
    }

    /// <summary>The largest |a - b|, as a part of the largest |b|.</summary>
    public static double RelativeDifference(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        var part = LargestDifference(a, b) / b.detach().abs().max().to(float64).item<double>();
        GC.KeepAlive(b);
        return part;
    }

    private static double RelativeError(IEnumerable<double> actual, IEnumerable<double> expected)
    {
        var (a, e) = (actual.ToArray(), expected.ToArray());
        a.Length.ShouldBe(e.Length);
        return Math.Sqrt(a.Zip(e, (x, y) => (x - y) * (x - y)).Sum() / e.Sum(y => y * y));
    }
}
