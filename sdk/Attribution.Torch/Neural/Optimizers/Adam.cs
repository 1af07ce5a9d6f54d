using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam (Kingma and Ba, arXiv 1412.6980), with L2 regularisation in the gradient where weight decay is asked for.</summary>
public class Adam : optim.Optimizer
{
    private readonly bool _decoupled;
    private readonly double _beta1, _beta2, _eps, _weightDecay;
    private readonly bool _maximize;
    private readonly Tensor?[] _mean, _square;
    private readonly long[] _steps;

    public Adam(
        IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08,
        double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        : this(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize, decoupled: false)
    {
    }

    private protected Adam(
        IEnumerable<Parameter> parameters, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad, bool maximize, bool decoupled)
        : base(parameters, lr)
    {
        if (amsgrad)
            throw new NotSupportedException("This binding has no AMSGrad.");
        (_beta1, _beta2, _eps, _weightDecay, _maximize, _decoupled) = (beta1, beta2, eps, weight_decay, maximize, decoupled);
        _mean = new Tensor?[Parameters.Count];
        _square = new Tensor?[Parameters.Count];
        _steps = new long[Parameters.Count];
    }

    public override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = null;
        if (closure is not null)
            using (enable_grad())
                loss = closure();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        for (var i = 0; i < Parameters.Count; i++)
            if (Parameters[i].grad is { } grad)
                Update(i, Parameters[i], _maximize ? grad.neg() : grad);
        return loss;
    }

    // m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;  x -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
    private void Update(int i, Parameter parameter, Tensor grad)
    {
        if (_weightDecay != 0)
        {
            if (_decoupled)
                parameter.mul_(1 - LearningRate * _weightDecay);
            else
                grad = grad.add(parameter, _weightDecay);
        }
        var mean = _mean[i] ??= zeros_like(parameter).DetachFromDisposeScope();
        var square = _square[i] ??= zeros_like(parameter).DetachFromDisposeScope();
        var t = ++_steps[i];
        mean.mul_(_beta1).add_(grad, 1 - _beta1);
        square.mul_(_beta2).addcmul_(grad, grad, 1 - _beta2);
        var denominator = square.sqrt().div_(Math.Sqrt(1 - Math.Pow(_beta2, t))).add_(_eps);
        parameter.addcdiv_(mean, denominator, -LearningRate / (1 - Math.Pow(_beta1, t)));
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var state in _mean.Concat(_square))
            state?.Dispose();
        base.Dispose(disposing);
    }
}
