using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>The streams of one batch of conversations at every block that is asked for; they live in the dispose scope they were made in.</summary>
internal sealed class Streams
{
    private readonly SequenceBatch _batch;
    private readonly Dictionary<int, (Tensor Input, Tensor Output, Tensor? Gradient)> _layers = [];
    private readonly Dictionary<(int Layer, int Row), BlockStreams> _rows = [];

    private Streams(SequenceBatch batch) => _batch = batch;

    /// <summary>Runs the model over <paramref name="sequences"/>, as far as <paramref name="plan"/> needs it; null when that is not at all.</summary>
    internal static Streams? Of(Transformer transformer, IReadOnlyList<TokenSequence> sequences, (VectorKey Key, IAttributionMethod Method)[] plan)
    {
        if (plan.Length == 0)
            return null;
        var batch = new SequenceBatch(sequences, transformer.Device);
        var streams = new Streams(batch);
        var context = transformer.Context(sequences.Count, batch.Length, [.. sequences.Select(s => s.Length)]);
        var layers = plan.Select(p => p.Key.Layer).ToHashSet();
        var graded = plan.Where(p => p.Method.Inputs.HasFlag(MethodInputs.Gradient)).Select(p => p.Key.Layer).ToHashSet();

        // Below the shallowest graded block there is no graph: the stream leaving it is a fresh leaf. Nothing above the deepest block
        // asked for runs, unless a loss is needed.
        var leafLayer = graded.Count > 0 ? graded.Min() : int.MaxValue;
        var end = graded.Count > 0 ? transformer.Config.BlockCount : layers.Max() + 1;
        var outputs = new Dictionary<int, Tensor>();
        var stream = transformer.Embed(batch.Ids);
        for (var layer = 0; layer < end; layer++)
        {
            using var mode = set_grad_enabled(layer > leafLayer);
            var input = stream;
            stream = transformer.Block(layer, input, context);
            if (layer == leafLayer)
                stream = stream.detach().requires_grad_();
            if (graded.Contains(layer))
                outputs.Add(layer, stream);
            if (layers.Contains(layer))
                streams._layers.Add(layer, (input.detach(), stream.detach(), null));
            else if (layer <= leafLayer && !layers.Contains(layer - 1))
                input.Dispose();
        }
        if (graded.Count > 0)
            streams.AddGradients(transformer, stream, outputs);
        return streams;
    }

    /// <summary>One row's streams at one block, without the padding, in float32.</summary>
    internal BlockStreams? At(int layer, int row)
    {
        if (_rows.TryGetValue((layer, row), out var known))
            return known;
        if (!_layers.TryGetValue(layer, out var at))
            return null;
        var length = _batch.Sequences[row].Length;
        Tensor Row(Tensor stream) => stream[row].narrow(0, 0, length).to(float32);
        return _rows[(layer, row)] = new BlockStreams(Row(at.Input), Row(at.Output), at.Gradient is { } g ? Row(g) : null, _batch.Sequences[row].Keep);
    }

    // One backward pass from the losses gives dLoss/dZout at every graded block.
    private void AddGradients(Transformer transformer, Tensor final, Dictionary<int, Tensor> outputs)
    {
        if (_batch.TargetRows.Count == 0)
            return;
        var (_, atPositions) = AnswerLoss.Backpropagate(transformer, final, _batch);
        Tensor predicting;
        using (enable_grad())
            predicting = AnswerLoss.At(final, _batch);
        var layers = outputs.Keys.ToArray();
        var gradients = autograd.grad([predicting], [.. layers.Select(l => outputs[l])], [atPositions]);
        for (var i = 0; i < layers.Length; i++)
            _layers[layers[i]] = (_layers[layers[i]].Input, _layers[layers[i]].Output, gradients[i].detach());
    }
}
