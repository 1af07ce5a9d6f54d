using Attribution.Methods.Projections;
using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// What flows through the model for one batch of conversations, at every block that is asked for; it lives in the dispose scope it was made in. One
/// forward pass and at most one backward pass: each block above the first that needs a graph is a graph of its own, from a leaf at its
/// entrance, and is differentiated and freed before the block below it.
/// </summary>
internal sealed class Streams
{
    private readonly SequenceBatch _batch;
    private readonly Dictionary<int, (Tensor Input, Tensor Output, Tensor? Gradient)> _layers = [];
    private readonly Dictionary<(int Layer, int Row), BlockStreams> _rows = [];
    private readonly Tensor? _weightGradients; // [B, dimension]

    private Streams(SequenceBatch batch, Tensor? weightGradients) => (_batch, _weightGradients) = (batch, weightGradients);

    /// <summary>Runs the model over <paramref name="sequences"/>, as far as <paramref name="plan"/> needs it; null when that is not at all.</summary>
    internal static Streams? Of(
        Transformer transformer, IReadOnlyList<TokenSequence> sequences, (VectorKey Key, IAttributionMethod Method)[] plan, GradientProjection? projection, ProjectionIdentity identity)
    {
        if (plan.Length == 0)
            return null;
        var batch = new SequenceBatch(sequences, transformer.Device);
        var context = transformer.Context(sequences.Count, batch.Length, [.. sequences.Select(s => s.Length)]);
        var layers = plan.Where(p => p.Key.Layer != VectorKey.WholeModel).Select(p => p.Key.Layer).ToHashSet();
        var graded = plan.Where(p => p.Method.Inputs.HasFlag(MethodInputs.Gradient)).Select(p => p.Key.Layer).ToHashSet();
        using var weights = plan.Any(p => p.Method.Inputs.HasFlag(MethodInputs.WeightGradient)) && projection is not null
            ? new WeightGradients(transformer, projection, identity, sequences.Count) : null;
        var streams = new Streams(batch, weights?.Vectors);

        // Below the first block that something is differentiated in there is no graph. Nothing above the deepest block asked for
        // runs, unless a loss is needed.
        var needsLoss = graded.Count > 0 || weights is not null;
        var start = Math.Min(graded.Count > 0 ? graded.Min() + 1 : int.MaxValue, weights?.FirstBlock ?? int.MaxValue);
        var end = needsLoss ? transformer.Config.BlockCount : layers.Max() + 1;
        var segments = new Stack<(int Block, Tensor Leaf, Tensor Output)>();
        var stream = transformer.Embed(batch.Ids);
        for (var layer = 0; layer < end; layer++)
        {
            var input = stream;
            if (layer < start)
            {
                stream = transformer.Block(layer, input, context);
            }
            else
            {
                using var mode = enable_grad();
                using var observed = weights?.Observe(layer);
                input = input.detach().requires_grad_();
                var output = transformer.Block(layer, input, context);
                segments.Push((layer, input, output));
                stream = output.detach();
            }
            if (layers.Contains(layer))
                streams._layers.Add(layer, (input.detach(), stream.detach(), null));
            else if (layer < start && !layers.Contains(layer - 1))
                input.Dispose();
        }
        if (needsLoss && batch.TargetRows.Count > 0)
            streams.Backpropagate(transformer, stream, segments, graded, weights);
        return streams;
    }

    /// <summary>One row's streams at one block, without the padding, in float32; of the whole model for <see cref="VectorKey.WholeModel"/>.</summary>
    internal BlockStreams? At(int layer, int row)
    {
        if (_rows.TryGetValue((layer, row), out var known))
            return known;
        var keep = _batch.Sequences[row].Keep;
        if (layer == VectorKey.WholeModel)
            return _weightGradients is null ? null : _rows[(layer, row)] = new BlockStreams(_weightGradients[row], keep);
        if (!_layers.TryGetValue(layer, out var at))
            return null;
        Tensor Row(Tensor stream) => stream[row].narrow(0, 0, keep.Length).to(float32);
        return _rows[(layer, row)] = new BlockStreams(Row(at.Input), Row(at.Output), at.Gradient is { } g ? Row(g) : null, keep);
    }

    // From the losses down, block by block: the gradient at each block's output gives those at its entrance and inside it.
    private void Backpropagate(
        Transformer transformer, Tensor final, Stack<(int Block, Tensor Leaf, Tensor Output)> segments, HashSet<int> graded, WeightGradients? weights)
    {
        var (_, atPositions) = AnswerLoss.Backpropagate(transformer, final, _batch);
        var gradient = zeros_like(final);
        gradient.view(-1, final.shape[^1]).index_copy_(0, _batch.Positions, atPositions);
        Grade(transformer.Config.BlockCount - 1, gradient, graded);
        while (segments.TryPop(out var segment))
        {
            using var scope = NewDisposeScope();
            var inner = weights?.Outputs(segment.Block) ?? [];
            Tensor[] entrance = segments.Count > 0 || graded.Contains(segment.Block - 1) ? [segment.Leaf] : [];
            var gradients = autograd.grad([segment.Output], [.. inner, .. entrance], [gradient]);
            segment.Output.Dispose();
            weights?.Project(segment.Block, gradients);
            if (entrance.Length > 0)
                Grade(segment.Block - 1, gradient = gradients[^1].MoveToOuterDisposeScope(), graded);
        }
    }

    private void Grade(int layer, Tensor gradient, HashSet<int> graded)
    {
        if (graded.Contains(layer))
            _layers[layer] = (_layers[layer].Input, _layers[layer].Output, gradient);
    }
}
