using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Torch.Tests.Operators;

/// <summary>Operators against plain loops over the same numbers.</summary>
public sealed class ArithmeticTests
{
    private static readonly float[] X = Numbers(1, 3 * 5);
    private static readonly float[] Y = Numbers(2, 3 * 5);

    public static TheoryData<string, Func<Tensor, Tensor>, Func<double, double>> Functions => new()
    {
        { "abs", t => t.abs(), Math.Abs },
        { "neg", t => -t, v => -v },
        { "exp", t => t.exp(), Math.Exp },
        { "expm1", t => t.expm1(), v => Math.Exp(v) - 1 },
        { "log of abs", t => t.abs().log(), v => Math.Log(Math.Abs(v)) },
        { "log1p of square", t => t.square().log1p(), v => Math.Log(1 + v * v) },
        { "sqrt of abs", t => t.abs().sqrt(), v => Math.Sqrt(Math.Abs(v)) },
        { "rsqrt of abs", t => t.abs().rsqrt(), v => 1 / Math.Sqrt(Math.Abs(v)) },
        { "reciprocal", t => t.reciprocal(), v => 1 / v },
        { "sin", t => t.sin(), Math.Sin },
        { "cos", t => t.cos(), Math.Cos },
        { "tanh", t => t.tanh(), Math.Tanh },
        { "sigmoid", t => t.sigmoid(), v => 1 / (1 + Math.Exp(-v)) },
        { "silu", t => t.silu(), v => v / (1 + Math.Exp(-v)) },
        { "relu", t => t.relu(), v => Math.Max(v, 0) },
        { "pow 3", t => t.pow(3), v => v * v * v },
        { "2 - x", t => 2.0 - t, v => 2 - v },
        { "2 / x", t => 2.0 / t, v => 2 / v },
        { "x / 3", t => t / 3.0, v => v / 3 },
        { "clamp", t => t.clamp(-0.5, 0.25), v => Math.Clamp(v, -0.5, 0.25) },
        { "clamp below", t => t.clamp(min: 0.1), v => Math.Max(v, 0.1) },
        { "round", t => t.round(), v => Math.Round(v) },
        { "floor", t => t.floor(), Math.Floor },
        { "remainder", t => t % 0.3, v => v - 0.3 * Math.Floor(v / 0.3) },
        { "floor division", t => t.div(0.3, RoundingMode.floor), v => Math.Floor(v / 0.3) },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_function_of_each_element_equals_a_loop(string name, Func<Tensor, Tensor> function, Func<double, double> definition)
    {
        using var scope = NewDisposeScope();
        var actual = function(tensor(X).to(ScalarType.Float64)).data<double>().ToArray();
        for (var i = 0; i < X.Length; i++)
            actual[i].ShouldBe(definition(X[i]), 1e-12, name);
    }

    public static TheoryData<string, Func<Tensor, Tensor, Tensor>, Func<float, float, double>> Pairs => new()
    {
        { "+", (a, b) => a + b, (a, b) => (double)a + b },
        { "-", (a, b) => a - b, (a, b) => (double)a - b },
        { "*", (a, b) => a * b, (a, b) => (double)a * b },
        { "/", (a, b) => a / b, (a, b) => (double)a / b },
        { "a + 0.5 b", (a, b) => a.add(b, 0.5), (a, b) => a + 0.5 * b },
        { "maximum", (a, b) => a.maximum(b), (a, b) => Math.Max(a, b) },
        { "minimum", (a, b) => a.minimum(b), (a, b) => Math.Min(a, b) },
        { "<", (a, b) => a < b, (a, b) => a < b ? 1 : 0 },
        { ">=", (a, b) => a >= b, (a, b) => a >= b ? 1 : 0 },
        { "==", (a, b) => a == b, (a, b) => a == b ? 1 : 0 },
        { "!=", (a, b) => a != b, (a, b) => a != b ? 1 : 0 },
        { "where", (a, b) => where(a > 0, a, b), (a, b) => a > 0 ? a : b },
        { "and", (a, b) => (a > 0) & (b > 0), (a, b) => a > 0 && b > 0 ? 1 : 0 },
        { "or not", (a, b) => (a > 0) | ~(b > 0), (a, b) => a > 0 || !(b > 0) ? 1 : 0 },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_function_of_two_tensors_equals_a_loop(string name, Func<Tensor, Tensor, Tensor> function, Func<float, float, double> definition)
    {
        using var scope = NewDisposeScope();
        var result = function(tensor(X).to(ScalarType.Float64), tensor(Y).to(ScalarType.Float64));
        var actual = result.to(ScalarType.Float64).data<double>().ToArray();
        for (var i = 0; i < X.Length; i++)
            actual[i].ShouldBe(definition(X[i], Y[i]), 1e-12, name);
    }

    [Fact]
    public void Matrix_products_equal_three_loops()
    {
        const int n = 7, k = 11, m = 5;
        float[] a = Numbers(3, n * k), b = Numbers(4, k * m);
        using var scope = NewDisposeScope();
        var product = tensor(a, [n, k]).mm(tensor(b, [k, m]));
        var viaLinear = nn.functional.linear(tensor(a, [n, k]), tensor(b, [k, m]).t());
        var viaEinsum = einsum("nk,km->nm", tensor(a, [n, k]), tensor(b, [k, m]));
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < m; j++)
            {
                var sum = Enumerable.Range(0, k).Sum(l => (double)a[i * k + l] * b[l * m + j]);
                foreach (var matrix in new[] { product, viaLinear, viaEinsum })
                    ((double)matrix.data<float>()[i, j]).ShouldBe(sum, 1e-5);
            }
        }
    }

    [Fact]
    public void A_bfloat16_product_is_within_its_rounding_of_float32()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var a = randn(64, 128);
        var b = randn(128, 32);
        var exact = a.to(bfloat16).to(float32).mm(b.to(bfloat16).to(float32));
        var rounded = a.to(bfloat16).mm(b.to(bfloat16)).to(float32);
        // One rounding of the result (2^-8 of it) and float32 sums of 128 products.
        var bound = exact.abs() * Math.Pow(2, -8) + 1e-4;
        ((exact - rounded).abs() <= bound).all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void Reductions_equal_loops()
    {
        using var scope = NewDisposeScope();
        var t = tensor(X, [3, 5]);
        for (var row = 0; row < 3; row++)
        {
            var values = X[(row * 5)..(row * 5 + 5)];
            ((double)t.sum(1).data<float>()[row]).ShouldBe(values.Sum(v => (double)v), 1e-5);
            ((double)t.mean([1]).data<float>()[row]).ShouldBe(values.Average(v => (double)v), 1e-5);
            t.max(1).values.data<float>()[row].ShouldBe(values.Max());
            t.max(1).indexes.data<long>()[row].ShouldBe(Array.IndexOf(values, values.Max()));
            t.argmin(1).data<long>()[row].ShouldBe(Array.IndexOf(values, values.Min()));
            ((double)t.norm(1).data<float>()[row]).ShouldBe(Math.Sqrt(values.Sum(v => (double)v * v)), 1e-5);
            ((double)t.logsumexp(1).data<float>()[row]).ShouldBe(Math.Log(values.Sum(v => Math.Exp(v))), 1e-5);
            ((double)t.softmax(1).data<float>()[row, 2]).ShouldBe(Math.Exp(values[2]) / values.Sum(v => Math.Exp(v)), 1e-6);
            ((double)t.log_softmax(1).data<float>()[row, 2]).ShouldBe(values[2] - Math.Log(values.Sum(v => Math.Exp(v))), 1e-5);
            ((double)t.var(1).data<float>()[row]).ShouldBe(values.Sum(v => Math.Pow(v - values.Average(), 2)) / 4, 1e-5);
            t.cumsum(1).data<float>()[row, 4].ShouldBe(t.sum(1).data<float>()[row], 1e-5f);
        }
        t.sum().ToDouble().ShouldBe(X.Sum(v => (double)v), 1e-5);
        (t > 100).any().ToBoolean().ShouldBeFalse();
        (t.topk(2, 1).values.data<float>().ToArray()).ShouldBe(Enumerable.Range(0, 3).SelectMany(r => X[(r * 5)..(r * 5 + 5)].OrderDescending().Take(2)));
        t.sort(1).Values.data<float>().ToArray().ShouldBe(Enumerable.Range(0, 3).SelectMany(r => X[(r * 5)..(r * 5 + 5)].Order()));
    }

    internal static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }
}
