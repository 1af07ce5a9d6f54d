using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Lora;

/// <summary>
/// The gradients of an adapter's matrices for a pass with a written-out derivative. The forward pass keeps the input of each adapted matrix; the backward pass
/// provides the gradient g with respect to its output. With y = W x + s B A x: <c>dA = s (g B)^T x</c>, <c>dB = s g^T (x A^T)</c>.
/// </summary>
internal sealed class LoraGradients : IDisposable
{
    private readonly LoraAdapter _adapter;
    private readonly Dictionary<Linear, Tensor> _inputs = [];
    private readonly List<(Linear Linear, Action<Tensor, Tensor>? Before)> _watched = [];

    /// <summary>Observes the adapted matrices until it is disposed.</summary>
    public LoraGradients(LoraAdapter adapter)
    {
        _adapter = adapter;
        foreach (var linear in adapter.Weights.Select(w => w.Linear))
        {
            _watched.Add((linear, linear.Observer));
            linear.Observer += (input, _) => _inputs[linear] = input.alias().DetachFromDisposeScope();
        }
    }

    /// <summary>
    /// Computes the adapter's gradients from the gradient with respect to a matrix's output, [N, out]. Does nothing for a matrix without an adapter.
    /// </summary>
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
