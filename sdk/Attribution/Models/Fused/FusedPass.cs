using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>
/// The forward and backward pass of a batch on the CPU, without padding and without libtorch's autograd graph. Matrix products are libtorch's; each step
/// between them is one sweep over the rows in float32. The derivative is written out, so that only what it needs is kept; no weight has a gradient. Shapes: N
/// tokens, D hidden, H query heads, K key/value heads, d per head, F feed-forward, V vocabulary.
/// </summary>
/// <param name="transformer">The model; see <see cref="Supports"/>.</param>
/// <param name="sequences">The batch.</param>
/// <param name="context">The batch's context: one row for each sequence, without key masks and without a cache.</param>
internal sealed class FusedPass(Transformer transformer, PackedSequences sequences, ForwardContext context)
{
    private readonly ModelConfig _config = transformer.Config;

    /// <summary>
    /// Whether a model can run this way: on the CPU, with blocks like those of Llama, Mistral, Qwen 2 and Phi 3, without dropout, and without an adapter of
    /// the head. Other models (with norms of heads, or norms after the matrices) use <see cref="Transformer.Block"/> and libtorch's autograd graph.
    /// </summary>
    public static bool Supports(Transformer transformer) =>
        transformer.Device.type == DeviceType.CPU && transformer.Config.IsPlain
        && transformer.DType is ScalarType.Float32 or ScalarType.BFloat16 && transformer.Head.Adapter is null
        && transformer.Linears.All(linear => linear.Adapter is not { DropsOut: true });

    /// <summary>The stream that enters block 0, [N, D].</summary>
    public Tensor Embed()
    {
        using var scope = NewDisposeScope();
        return transformer.Embed(sequences.Ids.unsqueeze(0)).squeeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>Runs one block.</summary>
    /// <param name="index">The stream that enters the block, [N, D].</param>
    /// <param name="hidden">Receives what the derivative needs; null if there is no backward pass.</param>
    /// <param name="kept">Whether to compute the stream that leaves the block only at <see cref="PackedSequences.Positions"/>.</param>
    /// <param name="targetsOnly">The stream that leaves the block, [N, D] or [M, D].</param>
    /// <returns>The stream leaving it, [N, D] or [M, D].</returns>
    public Tensor Forward(int index, Tensor hidden, KeptBlock? kept = null, bool targetsOnly = false)
    {
        using var scope = NewDisposeScope();
        var block = transformer.Blocks[index];
        var (normed, scale) = NormStep.Forward(hidden, null, block.InputNorm!, _config.NormEpsilon);
        var (queries, keys) = ((long)_config.HeadCount * _config.HeadSize, (long)_config.KeyValueHeadCount * _config.HeadSize);
        var projected = block.Query.Forward(normed);
        var (projectedKeys, projectedValues) = (block.Key?.Forward(normed) ?? projected, block.Value?.Forward(normed) ?? projected);
        var angles = context.Angles(block.Rotary!);
        var query = HeadStep.Split(projected, 0, _config.HeadCount, _config.HeadSize, sequences.Tokens, angles, QueryScale);
        var key = HeadStep.Split(projectedKeys, block.Key is null ? queries : 0, _config.KeyValueHeadCount, _config.HeadSize, sequences.Tokens, angles, 1);
        var value = HeadStep.Split(projectedValues, block.Value is null ? queries + keys : 0, _config.KeyValueHeadCount, _config.HeadSize, sequences.Tokens,
            null, 1);

        var mixed = empty([query.NumberOfElements], query.dtype);
        var weights = new Tensor[sequences.Spans.Length];
        for (var b = 0; b < weights.Length; b++)
        {
            // The heads that share a key act as that many queries: [K, H / K T, d].
            weights[b] = MatrixProduct.Batched(Heads(query, b, _config.HeadCount), Heads(key, b, _config.KeyValueHeadCount).transpose(1, 2)); // [K, H / K T, T]
            CausalSoftmaxStep.Forward(weights[b], block.Window);
            using var part = MatrixProduct.Batched(weights[b], Heads(value, b, _config.KeyValueHeadCount));
            Heads(mixed, b, _config.HeadCount).copy_(part);
            if (kept is null)
                weights[b].Dispose();
        }
        var merged = empty([hidden.shape[0], queries], hidden.dtype);
        HeadStep.Merge(mixed, merged, 0, _config.HeadCount, _config.HeadSize, sequences.Tokens, null, 1);

        var residual = targetsOnly ? hidden.index_select(0, sequences.Positions) : hidden;
        var middle = block.Output.Forward(targetsOnly ? merged.index_select(0, sequences.Positions) : merged); // its output becomes the stream
        var (normedToo, scaleToo) = NormStep.Forward(middle, residual, block.FeedForwardNorm!, _config.NormEpsilon);
        var gate = block.Gate.Forward(normedToo); // [N, F], or with up [N, 2 F]
        var up = block.Up?.Forward(normedToo);
        var output = block.Down.Forward(GateStep.Forward(gate, up)).PlusInPlace(middle);
        kept?.Keep(hidden, scale, query, key, value, weights, middle, scaleToo, gate, up, targetsOnly);
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The gradient with respect to the stream that enters a block, [N, D], from that with respect to the stream that leaves it. What was kept of the forward
    /// pass is consumed.
    /// </summary>
    /// <param name="index">The 0-based block.</param>
    /// <param name="kept">The values that <see cref="Forward"/> kept.</param>
    /// <param name="gradient">The gradient with respect to the result of <see cref="Forward"/>, of the same shape.</param>
    /// <param name="entrance">Whether to compute the gradient with respect to the stream that enters; if not, null is returned.</param>
    /// <param name="see">Called with the gradient with respect to the output of each matrix, and the rows of each sequence in it.</param>
    public Tensor? Backward(int index, KeptBlock kept, Tensor gradient, bool entrance, Action<Linear, Tensor, (long Start, long Length)[]>? see = null)
    {
        using var scope = NewDisposeScope();
        var block = transformer.Blocks[index];
        var spans = kept.TargetsOnly ? sequences.TargetSpans : sequences.Spans;
        void See(Linear? linear, Tensor at, (long, long)[] rows)
        {
            if (linear is not null)
                see?.Invoke(linear, at, rows);
        }

        See(block.Down, gradient, spans);
        using (var active = block.Down.Backward(gradient))
            GateStep.Backward(active, kept.Gate, kept.Up); // gate and up contain their gradients from here on
        See(block.Gate, kept.Gate, spans);
        See(block.Up, kept.Up ?? kept.Gate, spans);
        var middle = block.Gate.Backward(kept.Gate);
        block.Up?.AddBackward(middle, kept.Up!);
        NormStep.Backward(middle, kept.Middle, kept.ScaleOfMiddle, block.FeedForwardNorm!, gradient);
        kept.DisposeFeedForward();
        See(block.Output, middle, spans);
        var merged = block.Output.Backward(middle);
        if (kept.TargetsOnly)
            (merged, middle) = (Spread(merged), Spread(middle));

        var mixed = HeadStep.Split(merged, 0, _config.HeadCount, _config.HeadSize, sequences.Tokens, null, 1);
        var (query, key, value) = (empty_like(kept.Query), empty_like(kept.Key), empty_like(kept.Value));
        for (var b = 0; b < sequences.Spans.Length; b++)
        {
            using var inner = NewDisposeScope();
            var (weights, at) = (kept.Weights[b], Heads(mixed, b, _config.HeadCount));
            Heads(value, b, _config.KeyValueHeadCount).copy_(MatrixProduct.Batched(weights.transpose(1, 2), at));
            var scores = MatrixProduct.Batched(at, Heads(kept.Value, b, _config.KeyValueHeadCount).transpose(1, 2)); // [K, H / K T, T]
            CausalSoftmaxStep.Backward(scores, weights, block.Window);
            weights.Dispose();
            Heads(query, b, _config.HeadCount).copy_(MatrixProduct.Batched(scores, Heads(kept.Key, b, _config.KeyValueHeadCount)));
            Heads(key, b, _config.KeyValueHeadCount).copy_(MatrixProduct.Batched(scores.transpose(1, 2), Heads(kept.Query, b, _config.HeadCount)));
        }

        // Back to the outputs of the matrices, in one tensor if they are one matrix.
        var angles = context.Angles(block.Rotary!);
        var (queries, keys) = ((long)_config.HeadCount * _config.HeadSize, (long)_config.KeyValueHeadCount * _config.HeadSize);
        var atQuery = empty([mixed.NumberOfElements / queries, block.Query.Weight.shape[0]], mixed.dtype);
        var (atKey, atValue) = (block.Key is null ? atQuery : empty([atQuery.shape[0], keys], mixed.dtype),
            block.Value is null ? atQuery : empty([atQuery.shape[0], keys], mixed.dtype));
        HeadStep.Merge(query, atQuery, 0, _config.HeadCount, _config.HeadSize, sequences.Tokens, angles, QueryScale);
        HeadStep.Merge(key, atKey, block.Key is null ? queries : 0, _config.KeyValueHeadCount, _config.HeadSize, sequences.Tokens, angles, 1);
        HeadStep.Merge(value, atValue, block.Value is null ? queries + keys : 0, _config.KeyValueHeadCount, _config.HeadSize, sequences.Tokens, null, 1);
        See(block.Query, atQuery, sequences.Spans);
        See(block.Key, atKey, sequences.Spans);
        See(block.Value, atValue, sequences.Spans);
        if (!entrance)
            return null;
        var result = block.Query.Backward(atQuery);
        block.Key?.AddBackward(result, atKey);
        block.Value?.AddBackward(result, atValue);
        NormStep.Backward(result, kept.Hidden, kept.ScaleOfHidden, block.InputNorm!, middle);
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Each sequence's loss, as in <see cref="AnswerLoss"/>, and the gradient of their sum with respect to the stream that leaves the last block.
    /// </summary>
    /// <param name="final">This stream at <see cref="PackedSequences.Positions"/>, [M, D].</param>
    public (double[] Losses, Tensor Gradient) Loss(Tensor final)
    {
        var gradient = empty_like(final);
        return (Losses(final, gradient), gradient);
    }

    /// <summary>Each sequence's loss, without a gradient; NaN for a sequence without a predicted token.</summary>
    public double[] Losses()
    {
        using var scope = NewDisposeScope();
        if (sequences.Positions.shape[0] == 0)
            return [.. sequences.Spans.Select(_ => double.NaN)];
        var stream = Embed();
        for (var block = 0; block < _config.BlockCount; block++)
        {
            var next = Forward(block, stream, targetsOnly: block == _config.BlockCount - 1);
            stream.Dispose();
            stream = next;
        }
        return Losses(stream, null);
    }

    private double[] Losses(Tensor final, Tensor? gradient)
    {
        using var scope = NewDisposeScope();
        var count = final.shape[0];
        var shares = tensor([.. sequences.TargetSpans.SelectMany(span => Enumerable.Repeat(1f / span.Length, (int)span.Length))]); // [M]
        var losses = new double[sequences.Spans.Length];
        var size = Math.Min(count, Math.Max(1, AnswerLoss.ChunkElements(CPU) / _config.VocabularySize));
        var buffer = empty([size, _config.VocabularySize], final.dtype); // memory of this size is expensive to allocate, so it is allocated once
        var head = transformer.Head.Weight;
        var (row, at) = (0, 0L);
        for (long start = 0; start < count; start += size)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(size, count - start);
            var stream = final.narrow(0, start, rows);
            var (normed, scale) = NormStep.Forward(stream, null, transformer.FinalNorm, _config.NormEpsilon);
            var logits = Logits(normed, head, buffer);
            foreach (var loss in CrossEntropyStep.Run(logits, sequences.Targets.narrow(0, start, rows), shares.narrow(0, start, rows)))
            {
                while (at == sequences.TargetSpans[row].Length)
                    (row, at) = (row + 1, 0);
                losses[row] += loss;
                at++;
            }
            if (gradient is null)
                continue;
            var part = gradient.narrow(0, start, rows);
            part.copy_(MatrixProduct.Of(logits, head));
            NormStep.Backward(part, stream, scale, transformer.FinalNorm, null);
        }
        return [.. losses.Zip(sequences.TargetSpans, (sum, span) => span.Length > 0 ? sum / span.Length : double.NaN)];
    }

    /// <summary>Puts rows at <see cref="PackedSequences.Positions"/>, [M, W], into their positions among zeros, [N, W].</summary>
    public Tensor Spread(Tensor rows) => zeros([sequences.Owners.Length, rows.shape[1]], rows.dtype).index_copy_(0, sequences.Positions, rows);

    // The head's logits of some rows, in a reused buffer if the product can write there.
    private static Tensor Logits(Tensor normed, Tensor head, Tensor buffer) => normed.dtype == float32 || Processor.MultipliesBFloat16
        ? buffer.narrow(0, 0, normed.shape[0]).addmm_(normed, head.t(), beta: 0)
        : MatrixProduct.Linear(normed, head);

    private double QueryScale => 1 / Math.Sqrt(_config.QueryScalar);

    // The heads of one sequence, grouped by the key that they share: [K, n / K T, d].
    private Tensor Heads(Tensor split, int sequence, int heads)
    {
        var (start, length) = sequences.Spans[sequence];
        return split.narrow(0, start * heads * _config.HeadSize, length * heads * _config.HeadSize).view(_config.KeyValueHeadCount, -1, _config.HeadSize);
    }
}
