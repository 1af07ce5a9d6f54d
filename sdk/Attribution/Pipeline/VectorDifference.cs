using System.Numerics.Tensors;
using Attribution.Data.Store;

namespace Attribution.Pipeline;

/// <summary>How far vectors are from others of the same rows.</summary>
/// <param name="Absolute">The largest difference of two numbers; infinite where one is not a number and the other is.</param>
/// <param name="Relative">The largest length of a row's difference, over the length of the row's vector.</param>
internal readonly record struct VectorDifference(double Absolute, double Relative)
{
    /// <summary>Compares vectors <c>[rows, D]</c> with those that are there.</summary>
    /// <param name="computed">The vectors.</param>
    /// <param name="stored">Those that are there; a row that begins with NaN has no vector.</param>
    /// <param name="rows">How many rows each has.</param>
    public static VectorDifference Of(ReadOnlySpan<float> computed, ReadOnlySpan<float> stored, int rows)
    {
        if (computed.Length != stored.Length)
            return new(double.PositiveInfinity, double.PositiveInfinity);
        var (width, largest) = (stored.Length / rows, default(VectorDifference));
        var difference = new float[width];
        for (var row = 0; row < rows; row++)
        {
            var ours = computed.Slice(row * width, width);
            var theirs = stored.Slice(row * width, width);
            if (float.IsNaN(ours[0]) && float.IsNaN(theirs[0]))
                continue;
            TensorPrimitives.Subtract(ours, theirs, difference);
            // MaxMagnitude keeps the sign.
            var absolute = (double)Math.Abs(TensorPrimitives.MaxMagnitude<float>(difference));
            var (length, of) = ((double)TensorPrimitives.Norm<float>(difference), (double)TensorPrimitives.Norm(theirs));
            var relative = length == 0 ? 0 : length / of;
            largest = largest.Or(new(double.IsNaN(absolute) ? double.PositiveInfinity : absolute, double.IsNaN(relative) ? double.PositiveInfinity : relative));
        }
        return largest;
    }

    /// <summary>The larger of each.</summary>
    public VectorDifference Or(VectorDifference other) => new(Math.Max(Absolute, other.Absolute), Math.Max(Relative, other.Relative));
}

/// <summary>A block of rows that was computed anew.</summary>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Method">The attribution method.</param>
/// <param name="Layer">The 0-based layer, or that of the whole model.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Device">What computed it for the store.</param>
/// <param name="Difference">How far it is from what the store holds.</param>
internal sealed record SampledBlock(string Dataset, string Method, int Layer, int Rows, string Device, VectorDifference Difference)
{
    /// <summary>The block's address in the store.</summary>
    public ContentHash Fingerprint { get; init; }
}
