using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Lora;

/// <summary>
/// The gradients of an adapter's matrices for a pass whose derivative is written out: each adapted matrix's input is kept when the forward pass goes through
/// it; the gradient at its output comes with the backward pass. With y = W x + s B A x and g the gradient at y: <c>dA = s (g B)^T x</c>, <c>dB = s g^T (x
/// A^T)</c>.
/// </summary>
internal sealed class LoraGradients : IDisposable
{
    private readonly LoraAdapter _adapter;
    private readonly Dictionary<Linear, Tensor> _inputs = [];
    private readonly List<(Linear Linear, Action<Tensor, Tensor>? Before)> _watched = [];

    /// <summary>Watches the adapted matrices until it is disposed of.</summary>
    public LoraGradients(LoraAdapter adapter)
    {
        _adapter = adapter;
        foreach (var linear in adapter.Weights.Select(w => w.Linear))
        {
            _watched.Add((linear, linear.Observer));
            linear.Observer += (input, _) => _inputs[linear] = input.alias().DetachFromDisposeScope();
        }
    }

    /// <summary>Takes the gradient at a matrix's output, [N, out]; nothing happens for a matrix without an adapter.</summary>
    public void Take(Linear linear, Tensor gradient)
    {
        if (linear.Adapter is not { } weights || !_inputs.Remove(linear, out var input))
            return;
        using var scope = NewDisposeScope();
        using (input)
        {
            var (g, x) = (gradient.to(float32), input.to(float32));
            weights.A.grad = g.mm(weights.B).mul_(_adapter.Scale).t().mm(x);
            weights.B.grad = g.t().mm(x.mm(weights.A.t())).mul_(_adapter.Scale);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (linear, before) in _watched)
            linear.Observer = before;
        foreach (var input in _inputs.Values)
            input.Dispose();
        _inputs.Clear();
    }
}
