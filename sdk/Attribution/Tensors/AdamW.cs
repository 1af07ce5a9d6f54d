using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attribution.Tensors;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2). TorchSharp's own implementation creates temporary scalars in its
/// step, which is not safe (<see cref="Scalars"/>); this one keeps its scalars alive.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly Tensor?[] _means, _squares; // moments of the gradient and of its square, one per parameter
    private readonly double _beta1, _beta2, _weightDecay;
    private readonly Scalar _keepMean, _addMean, _keepSquare, _addSquare, _epsilon;
    private int _steps;

    /// <summary>Creates the optimizer with moments of zero.</summary>
    /// <param name="parameters">The parameters to train, at least one.</param>
    /// <param name="beta1">The decay rate of the gradient's mean.</param>
    /// <param name="beta2">The decay rate of the squared gradient's mean.</param>
    /// <param name="epsilon">The number added to the square root of the latter.</param>
    /// <param name="weightDecay">Each step multiplies a parameter by 1 - learning rate * this.</param>
    /// <exception cref="ArgumentException">There are no parameters.</exception>
    public AdamW(IEnumerable<Parameter> parameters, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
    {
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
            throw new ArgumentException("an optimizer needs at least one parameter.", nameof(parameters));
        (_beta1, _beta2, _weightDecay) = (beta1, beta2, weightDecay);
        (_means, _squares) = (new Tensor?[_parameters.Length], new Tensor?[_parameters.Length]);
        (_keepMean, _addMean, _keepSquare, _addSquare, _epsilon) =
            (Scalars.Held(beta1), Scalars.Held(1 - beta1), Scalars.Held(beta2), Scalars.Held(1 - beta2), Scalars.Held(epsilon));
    }

    /// <summary>The number of steps taken.</summary>
    internal int Steps => _steps;

    /// <summary>The decaying means of each parameter's gradient and of its square, before bias correction; zero if there was no gradient yet.</summary>
    internal IEnumerable<(Tensor Mean, Tensor Square)> Moments =>
        _parameters.Select((parameter, i) => (_means[i] ?? zeros_like(parameter), _squares[i] ?? zeros_like(parameter)));

    /// <summary>
    /// Updates each parameter that has a gradient: <c>x -= rate weightDecay x; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; x -= rate (m / (1 - b1^t)) /
    /// (sqrt(v / (1 - b2^t)) + epsilon)</c>.
    /// </summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    public void Step(double learningRate)
    {
        _steps++;
        using var none = no_grad();
        using var decay = Scalars.Held(1 - (learningRate * _weightDecay));
        using var root = Scalars.Held(Math.Sqrt(1 - Math.Pow(_beta2, _steps)));
        using var rate = Scalars.Held(-learningRate / (1 - Math.Pow(_beta1, _steps)));
        for (var i = 0; i < _parameters.Length; i++)
        {
            using var scope = NewDisposeScope();
            var parameter = _parameters[i];
            if (parameter.grad is not { } gradient)
                continue;
            if (_weightDecay != 0)
                parameter.mul_(decay);
            var mean = _means[i] ??= zeros_like(parameter).DetachFromDisposeScope();
            var square = _squares[i] ??= zeros_like(parameter).DetachFromDisposeScope();
            mean.mul_(_keepMean).add_(gradient, _addMean);
            square.mul_(_keepSquare).addcmul_(gradient, gradient, _addSquare);
            parameter.addcdiv_(mean, square.sqrt().div_(root).add_(_epsilon, Scalars.One), rate);
        }
    }

    /// <summary>Clears the gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var parameter in _parameters)
        {
            using var gradient = parameter.grad;
            parameter.grad = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in _means.Concat(_squares))
            state?.Dispose();
        foreach (var scalar in new[] { _keepMean, _addMean, _keepSquare, _addSquare, _epsilon })
            scalar.Dispose();
    }
}
