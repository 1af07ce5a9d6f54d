using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Attribution.Tensors.AdamW;

namespace Attribution.Tests.Tensors;

public sealed class AdamWTests
{
    /// <summary>Against algorithm 2 of arXiv 1711.05101, number by number in float64.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Steps_are_those_of_the_paper(double decay)
    {
        const double b1 = 0.9, b2 = 0.99, epsilon = 1e-8;
        double[] x = [0.5, -2, 3], m = [0, 0, 0], v = [0, 0, 0];
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(x));
        using var optimizer = new AdamW([parameter], b1, b2, epsilon, decay);
        for (var step = 1; step <= 5; step++)
        {
            var rate = 0.1 / step;
            double[] g = [.. x.Select((value, i) => value * (i + step))];
            parameter.grad = tensor(g);
            optimizer.Step(rate);
            optimizer.ZeroGradients();
            parameter.grad.ShouldBeNull();
            for (var i = 0; i < x.Length; i++)
            {
                x[i] -= rate * decay * x[i];
                m[i] = (b1 * m[i]) + ((1 - b1) * g[i]);
                v[i] = (b2 * v[i]) + ((1 - b2) * g[i] * g[i]);
                x[i] -= rate * (m[i] / (1 - Math.Pow(b1, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(b2, step))) + epsilon);
                parameter.data<double>()[i].ShouldBe(x[i], 1e-9);
            }
        }
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays_as_it_is()
    {
        using var scope = NewDisposeScope();
        var (with, without) = (new Parameter(ones(2)), new Parameter(ones(2)));
        using var optimizer = new AdamW([with, without], weightDecay: 0.5);
        with.grad = ones(2);
        optimizer.Step(0.1);
        with.data<float>()[0].ShouldBeLessThan(1);
        without.data<float>()[0].ShouldBe(1);
    }

    [Fact]
    public void Without_parameters_there_is_nothing_to_train() => Should.Throw<ArgumentException>(() => new AdamW([]));
}
