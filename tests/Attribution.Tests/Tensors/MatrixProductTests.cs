using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tests.Tensors;

/// <summary>bfloat16 products through tiles of float32, whatever this processor does itself.</summary>
public sealed class MatrixProductTests
{
    // Half a unit in the last of eight bits, of the largest of the sums.
    private const double Rounding = 1 / 256.0;

    [Theory]
    [InlineData(1, 7, 3)]
    [InlineData(5, 64, 256)]
    [InlineData(33, 300, 257)]
    [InlineData(9, 1000, 515)]
    public void They_are_the_exact_products_rounded_once(int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor Normal(params long[] shape) => randn(shape, generator: generator).to(bfloat16);
        var (x, w, wt, bias) = (Normal(rows, inputs), Normal(outputs, inputs), Normal(inputs, outputs), Normal(outputs));
        var linear = MatrixProduct.LinearByTiles(x, w, bias);
        linear.dtype.ShouldBe(bfloat16);
        linear.shape.ShouldBe([rows, outputs]);
        Near(linear, nn.functional.linear(x.to(float64), w.to(float64), bias.to(float64)));
        Near(MatrixProduct.LinearByTiles(x.view(1, rows, inputs), w, null).squeeze(0), nn.functional.linear(x.to(float64), w.to(float64)));
        var wide = MatrixProduct.Wide(x, wt);
        wide.dtype.ShouldBe(float32);
        (wide.to(float64) - x.to(float64).mm(wt.to(float64))).abs().max().ToDouble().ShouldBeLessThan(1e-3);
    }

    [Fact]
    public void A_product_with_a_gradient_has_that_of_the_rounded_product()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (x, w) = (randn([6, 40], generator: generator).to(bfloat16).requires_grad_(), randn([20, 40], generator: generator).to(bfloat16));
        MatrixProduct.Linear(x, w).sum().backward();
        Near(x.grad!, ones(6, 20, float64).mm(w.to(float64)));
    }

    private static void Near(Tensor actual, Tensor expected) =>
        (actual.to(float64) - expected).abs().max().ToDouble().ShouldBeLessThan((expected.abs().max().ToDouble() * Rounding) + 1e-6);
}
