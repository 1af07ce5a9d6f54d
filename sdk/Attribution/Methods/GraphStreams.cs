using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods;

/// <summary>
/// Streams with libtorch's autograd, for any model and device. Sequences are padded. Each block above the first differentiated one has its own graph, which
/// starts at a leaf, the stream that enters it.
/// </summary>
internal sealed class GraphStreams(Transformer transformer, IReadOnlyList<TokenSequence> sequences, (VectorKey Key, IAttributionMethod Method)[] plan,
    WeightGradients? weights)
    : Streams(transformer, sequences, plan, weights)
{
    private readonly SequenceBatch _batch = new(sequences, transformer.Device);

    protected override Tensor RowOf(Tensor stream, int row) => stream[row].narrow(0, 0, _batch.Sequences[row].Length);

    protected override void Run()
    {
        var context = Transformer.Context(_batch.Sequences.Count, _batch.Length, [.. _batch.Sequences.Select(s => s.Length)]);
        var segments = new Stack<(int Block, Tensor Leaf, Tensor Output)>();
        var stream = Transformer.Embed(_batch.Ids);
        for (var layer = 0; layer < End; layer++)
        {
            var input = stream;
            if (layer < FirstDifferentiated)
            {
                stream = Transformer.Block(layer, input, context);
            }
            else
            {
                using var mode = enable_grad();
                using var observed = Weights?.Observe(layer, outputs: true);
                input = input.detach().requires_grad_();
                var output = Transformer.Block(layer, input, context);
                segments.Push((layer, input, output));
                stream = output.detach();
            }
            if (Layers.Contains(layer))
                Found.Add(layer, (input.detach(), stream.detach(), null));
            else if (layer < FirstDifferentiated && !Layers.Contains(layer - 1))
                input.Dispose();
        }
        if (NeedsLoss && _batch.TargetRows.Count > 0)
            Backpropagate(stream, segments);
    }

    // From the losses down, block by block: the gradient with respect to a block's output gives those with respect to its input and inside it.
    private void Backpropagate(Tensor final, Stack<(int Block, Tensor Leaf, Tensor Output)> segments)
    {
        var (_, atPositions) = AnswerLoss.Backpropagate(Transformer, final, _batch);
        var gradient = zeros_like(final);
        gradient.view(-1, final.shape[^1]).index_copy_(0, _batch.Positions, atPositions);
        Grade(Transformer.Config.BlockCount - 1, gradient);
        (long, long)[] spans = [.. _batch.Sequences.Select((s, b) => ((long)b * _batch.Length, (long)s.Length))];
        while (segments.TryPop(out var segment))
        {
            using var scope = NewDisposeScope();
            var inner = Weights?.Outputs(segment.Block) ?? [];
            Tensor[] entrance = segments.Count > 0 || Graded.Contains(segment.Block - 1) ? [segment.Leaf] : [];
            Tensor[] wanted = [.. inner, .. entrance];
            segment.Output.backward([gradient], inputs: wanted);
            Tensor[] gradients = [.. wanted.Select(tensor => tensor.grad!)];
            segment.Output.Dispose();
            Weights?.Project(segment.Block, gradients, spans);
            if (entrance.Length > 0)
                Grade(segment.Block - 1, gradient = gradients[^1].MoveToOuterDisposeScope());
        }
    }
}
