using Attribution.Models;
using Attribution.Models.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>Streams from <see cref="FusedPass"/>: packed without padding, without libtorch's autograd graph.</summary>
internal sealed class FusedStreams(Transformer transformer, IReadOnlyList<TokenSequence> sequences, (VectorKey Key, IAttributionMethod Method)[] plan,
    WeightGradients? weights)
    : Streams(transformer, sequences, plan, weights)
{
    private readonly PackedSequences _packed = new(sequences);

    protected override Tensor RowOf(Tensor stream, int row) => stream.narrow(0, _packed.Spans[row].Start, _packed.Spans[row].Length);

    protected override void Run()
    {
        var pass = new FusedPass(Transformer, _packed, Transformer.Context(_packed.Spans.Length, (int)_packed.Spans.Max(s => s.Length),
            [.. _packed.Spans.Select(s => (int)s.Length)]));
        var (last, targets) = (Transformer.Config.BlockCount - 1, _packed.Positions.shape[0]);
        var kept = new Stack<(int Block, KeptBlock Kept)>();
        var stream = pass.Embed();
        for (var layer = 0; layer < End; layer++)
        {
            var input = stream;
            var differentiated = layer >= FirstDifferentiated && targets > 0;
            if (differentiated)
                kept.Push((layer, new KeptBlock()));
            // The head reads the last block's stream only where it predicts a kept token. If methods read that stream too, it is computed in addition: the
            // loss, and so every gradient, comes from products of the same shapes whatever else was asked for.
            var forLoss = NeedsLoss && layer == last && targets > 0;
            using (differentiated ? Weights?.Observe(layer, outputs: false) : null)
                stream = pass.Forward(layer, input, differentiated ? kept.Peek().Kept : null, targetsOnly: forLoss);
            if (Layers.Contains(layer))
                Found.Add(layer, (input, forLoss ? pass.Forward(layer, input) : stream, null));
            else if (!differentiated && !Layers.Contains(layer - 1))
                input.Dispose();
        }
        if (!NeedsLoss || targets == 0)
            return;

        var (_, gradient) = pass.Loss(stream);
        if (Graded.Contains(last))
            Grade(last, pass.Spread(gradient));
        while (kept.TryPop(out var top))
        {
            using var block = top.Kept;
            var below = pass.Backward(top.Block, block, gradient, entrance: kept.Count > 0 || Graded.Contains(top.Block - 1),
                Weights is null ? null : Weights.Project);
            if (top.Block == last || !Graded.Contains(top.Block))
                gradient.Dispose();
            if (below is not null)
                Grade(top.Block - 1, gradient = below);
        }
    }
}
