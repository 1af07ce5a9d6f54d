using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attribution.Torch.Tests.Autograd;

public sealed class AutogradTests
{
    /// <summary>Ten operators in a row, on x [3,4] and w [4,4].</summary>
    private static Tensor Chain(Tensor x, Tensor w) =>
        (x.mm(w).silu() * x.tanh()).softmax(1).matmul(w.t()).sigmoid().add(0.5).log().square().mean([1]).sum();

    [Fact]
    public void The_gradient_through_ten_operators_equals_finite_differences()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = randn(3, 4, dtype: float64, requires_grad: true);
        var w = randn(4, 4, dtype: float64);
        var gradient = autograd.grad([Chain(x, w)], [x])[0];

        var numeric = zeros(3, 4, dtype: float64);
        const double h = 1e-5;
        using (no_grad())
        {
            for (var i = 0; i < 12; i++)
            {
                var step = zeros(12, dtype: float64);
                step[i] = tensor(h);
                step = step.view(3, 4);
                // Fourth-order central difference.
                var d = 8 * (Chain(x + step, w) - Chain(x - step, w)) - (Chain(x + 2 * step, w) - Chain(x - 2 * step, w));
                numeric.view(12)[i] = d / (12 * h);
            }
        }
        ((gradient - numeric).norm() / numeric.norm()).ToDouble().ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void A_gradient_with_respect_to_an_intermediate_tensor_is_the_one_of_what_follows()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2 }, requires_grad: true);
        var middle = x * 3;
        var y = middle.square().sum();
        autograd.grad([y], [middle], retain_graph: true)[0].data<float>().ToArray().ShouldBe([6, 12]);
        autograd.grad([y], [x])[0].data<float>().ToArray().ShouldBe([18, 36]);
    }

    [Fact]
    public void Second_derivatives_come_from_a_kept_graph()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.0, requires_grad: true);
        var first = autograd.grad([x.pow(3)], [x], retain_graph: true, create_graph: true)[0];
        autograd.grad([first], [x])[0].ToDouble().ShouldBe(12);
    }

    [Fact]
    public void An_unused_input_is_invalid_not_null()
    {
        using var scope = NewDisposeScope();
        var x = ones(1, requires_grad: true);
        var unused = ones(1, requires_grad: true);
        var gradients = autograd.grad([x * 2], [x, unused], allow_unused: true);
        gradients[0].IsInvalid.ShouldBeFalse();
        gradients[1].IsInvalid.ShouldBeTrue();
        Should.Throw<ExternalException>(() => autograd.grad([x * 2], [unused]));
        Should.Throw<ExternalException>(() => autograd.grad([ones(2, requires_grad: true)], [x])).Message.ShouldContain("scalar");
    }

    [Fact]
    public void Backward_adds_up_in_the_leaves()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        x.grad.ShouldBeNull();
        (x * 3).sum().backward();
        (x * 4).sum().backward();
        x.grad!.data<float>().ToArray().ShouldBe([7, 7]);
        x.grad = null;
        x.grad.ShouldBeNull();
        (x * 2).backward([tensor(new float[] { 1, 10 })]);
        x.grad!.data<float>().ToArray().ShouldBe([2, 20]);
    }

    [Fact]
    public void No_graph_is_kept_without_gradients()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        using (no_grad())
        {
            is_grad_enabled().ShouldBeFalse();
            (x * 2).requires_grad.ShouldBeFalse();
            using (enable_grad())
                (x * 2).requires_grad.ShouldBeTrue();
        }
        is_grad_enabled().ShouldBeTrue();
        using (inference_mode())
            (x * 2).requires_grad.ShouldBeFalse();
        (x * 2).detach().requires_grad.ShouldBeFalse();
        var y = x * 2;
        y.is_leaf.ShouldBeFalse();
        y.retain_grad();
        y.sum().backward();
        y.grad!.data<float>().ToArray().ShouldBe([1, 1]);
    }

    [Fact]
    public void AdamW_follows_its_equations()
    {
        using var scope = NewDisposeScope();
        const double lr = 0.1, beta1 = 0.9, beta2 = 0.99, eps = 1e-8, decay = 0.05;
        var parameter = new Parameter(tensor(new[] { 1.0, -2.0 }));
        using var optimizer = optim.AdamW([parameter], lr, beta1, beta2, eps, decay);
        double[] x = [1, -2], m = [0, 0], v = [0, 0];
        for (var t = 1; t <= 5; t++)
        {
            optimizer.zero_grad();
            parameter.pow(4).sum().backward();
            optimizer.step();
            for (var i = 0; i < 2; i++)
            {
                var g = 4 * Math.Pow(x[i], 3);
                m[i] = beta1 * m[i] + (1 - beta1) * g;
                v[i] = beta2 * v[i] + (1 - beta2) * g * g;
                x[i] = x[i] * (1 - lr * decay)
                    - lr * (m[i] / (1 - Math.Pow(beta1, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(beta2, t))) + eps);
            }
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate.ShouldBe(lr);
        }
        var actual = parameter.detach().data<double>().ToArray();
        actual[0].ShouldBe(x[0], 1e-12);
        actual[1].ShouldBe(x[1], 1e-12);
    }

    [Fact]
    public void Clipping_scales_all_gradients_to_one_norm()
    {
        using var scope = NewDisposeScope();
        var a = new Parameter(tensor(new[] { 3f }));
        var b = new Parameter(tensor(new[] { 4f }));
        (a.square().sum() / 2 + b.square().sum() / 2).backward();
        nn.utils.clip_grad_norm_([a, b], 1).ShouldBe(5, 1e-5);
        a.grad!.item<float>().ShouldBe(0.6f, 1e-5f);
        b.grad!.item<float>().ShouldBe(0.8f, 1e-5f);
    }

    [Fact]
    public void Cross_entropy_is_the_mean_of_negative_log_probabilities()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[,] { { 1.0, 2.0, 0.5 }, { 0.0, -1.0, 3.0 } });
        var expected = -(logits.log_softmax(1)[0, 1] + logits.log_softmax(1)[1, 2]) / 2;
        nn.functional.cross_entropy(logits, tensor(new long[] { 1, 2 })).ToDouble().ShouldBe(expected.ToDouble(), 1e-12);
        nn.functional.cross_entropy(logits, tensor(new long[] { 1, -100 })).ToDouble().ShouldBe(-logits.log_softmax(1)[0, 1].ToDouble(), 1e-12);
    }
}
