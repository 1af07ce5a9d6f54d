using Attribution.Methods.Projections;
using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// The projected gradients of a model's matrices over one batch. The forward pass keeps each matrix's input, as far as the projection needs it; the backward
/// pass provides the gradient with respect to its output. No weight has a gradient.
/// </summary>
internal sealed class WeightGradients : IDisposable
{
    private readonly GradientProjection _projection;
    private readonly ILookup<int, Linear> _linears;
    private readonly Dictionary<Linear, (Tensor Kept, Tensor? Output)> _seen = [];

    /// <param name="transformer">The model.</param>
    /// <param name="projection">The projection.</param>
    /// <param name="identity">Selects the matrices.</param>
    /// <param name="batch">B, the number of sequences.</param>
    internal WeightGradients(Transformer transformer, GradientProjection projection, ProjectionIdentity identity, int batch)
    {
        _projection = projection;
        _linears = identity.Match(transformer).ToLookup(linear => int.Parse(linear.Name.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture));
        FirstBlock = _linears.Min(block => block.Key);
        Vectors = zeros([batch, identity.Dimension], float32, transformer.Device);
    }

    /// <summary>The lowest block with a selected matrix.</summary>
    internal int FirstBlock { get; }

    /// <summary>The projected gradients, float32 <c>[B, dimension]</c>.</summary>
    internal Tensor Vectors { get; }

    /// <summary>Observes the matrices of a block until the result is disposed.</summary>
    /// <param name="block">The 0-based block.</param>
    /// <param name="outputs">Whether to hold on to their outputs, for <see cref="Outputs"/>.</param>
    internal IDisposable Observe(int block, bool outputs) => new Watch([.. _linears[block]], (linear, input, output) =>
    {
        var kept = _projection.Keep(linear, input.reshape(-1, input.shape[^1]));
        _seen[linear] = (kept.DetachFromDisposeScope(), outputs ? output.DetachFromDisposeScope() : null);
    });

    /// <summary>The outputs of a block's matrices, as parts of its autograd graph.</summary>
    internal Tensor[] Outputs(int block) => [.. _linears[block].Select(linear => _seen[linear].Output!)];

    /// <summary>Adds a block's part, from the gradients with respect to <see cref="Outputs"/> in their order, and releases what was kept for it.</summary>
    internal void Project(int block, IList<Tensor> gradients, (long Start, long Length)[] spans)
    {
        foreach (var (i, linear) in _linears[block].Index())
            Project(linear, gradients[i].reshape(-1, gradients[i].shape[^1]), spans);
    }

    /// <summary>Adds a matrix's part, if it is selected, from the gradient with respect to its output, [N, out], and releases what was kept for it.</summary>
    internal void Project(Linear linear, Tensor gradient, (long Start, long Length)[] spans)
    {
        if (!_seen.TryGetValue(linear, out var seen))
            return;
        _projection.Add(linear, seen.Kept, gradient, spans, Vectors);
        Forget(linear);
    }

    public void Dispose()
    {
        foreach (var linear in _seen.Keys.ToArray())
            Forget(linear);
    }

    private void Forget(Linear linear)
    {
        if (!_seen.Remove(linear, out var seen))
            return;
        seen.Kept.Dispose();
        seen.Output?.Dispose();
    }

    private sealed class Watch : IDisposable
    {
        private readonly (Linear Linear, Action<Tensor, Tensor>? Before)[] _watched;

        internal Watch(Linear[] linears, Action<Linear, Tensor, Tensor> see)
        {
            _watched = [.. linears.Select(linear => (linear, linear.Observer))];
            foreach (var (linear, before) in _watched)
                linear.Observer = (input, output) =>
                {
                    before?.Invoke(input, output);
                    see(linear, input, output);
                };
        }

        public void Dispose()
        {
            foreach (var (linear, before) in _watched)
                linear.Observer = before;
        }
    }
}
