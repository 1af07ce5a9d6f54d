using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>
/// The loss of an answer: the mean over <c>{t >= 1 : keep[t]}</c> of <c>-log p(x[t] | x[&lt;t])</c>, in float32. It is always the example's own mean, so that
/// no example depends on the others in its batch. The head runs only at positions that predict a kept token, and for a chunk of positions at a time, so that
/// logits of <c>[T, V]</c> never exist at once.
/// </summary>
internal static class AnswerLoss
{
    /// <summary>
    /// The greatest number of logits (positions x vocabulary) in memory at a time. Each chunk reads the whole head, forward and back, so a GPU, whose products
    /// are quick, takes more positions at a time.
    /// </summary>
    public static long ChunkElements(Device device) => device.type == DeviceType.CPU ? 1 << 23 : 1 << 26;

    /// <summary>Each row's loss; NaN for a row whose answer has no predicted token.</summary>
    /// <param name="transformer">The model.</param>
    /// <param name="final">The stream leaving the last block, [B, T, D].</param>
    /// <param name="batch">The sequences.</param>
    public static double[] PerExample(Transformer transformer, Tensor final, SequenceBatch batch)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        return Means(batch, Chunks(transformer, batch).Select(chunk =>
        {
            using var inner = NewDisposeScope();
            return TokenLosses(transformer, At(final, batch).narrow(0, chunk.Start, chunk.Count), batch, chunk).cpu().data<float>().ToArray();
        }));
    }

    /// <summary>
    /// Each row's loss, and the gradient of <paramref name="share"/> times the SUM of the rows' losses with respect to the stream at
    /// <see cref="SequenceBatch.Positions"/>. Rows are independent, so each row's part is the gradient of its own loss. An adapter of the head receives its
    /// gradient, of the same sum.
    /// </summary>
    /// <param name="transformer">The model.</param>
    /// <param name="final">The stream leaving the last block, [B, T, D].</param>
    /// <param name="batch">The sequences.</param>
    /// <param name="share">The factor of each row's loss: for the mean over a batch, 1 / B.</param>
    /// <returns>The losses, and the gradient [N, D] in the model's dtype, in the current dispose scope.</returns>
    public static (double[] Losses, Tensor Gradient) Backpropagate(Transformer transformer, Tensor final, SequenceBatch batch, double share = 1)
    {
        using var scope = NewDisposeScope();
        var stream = At(final.detach(), batch); // [N, D]
        var weights = tensor(batch.TargetRows.Select(row => (float)(share / batch.Sequences[row].TargetCount)).ToArray(), device: transformer.Device); // [N]
        var gradients = new List<Tensor>();
        var losses = Means(batch, Chunks(transformer, batch).Select(chunk =>
        {
            using var inner = NewDisposeScope();
            using var enabled = enable_grad();
            var leaf = stream.narrow(0, chunk.Start, chunk.Count).detach().requires_grad_();
            var values = TokenLosses(transformer, leaf, batch, chunk);
            (values * weights.narrow(0, chunk.Start, chunk.Count)).sum().backward();
            gradients.Add(leaf.grad!.MoveToOuterDisposeScope());
            return values.detach().cpu().data<float>().ToArray();
        }).ToArray());
        return (losses, (gradients.Count == 0 ? stream : cat([.. gradients])).MoveToOuterDisposeScope());
    }

    /// <summary>The stream at the positions that predict a kept token, [N, D].</summary>
    public static Tensor At(Tensor stream, SequenceBatch batch) => stream.reshape(-1, stream.shape[^1]).index_select(0, batch.Positions);

    private static IEnumerable<(long Start, long Count)> Chunks(Transformer transformer, SequenceBatch batch)
    {
        var size = Math.Max(1, ChunkElements(transformer.Device) / transformer.Config.VocabularySize);
        for (long start = 0; start < batch.TargetRows.Count; start += size)
            yield return (start, Math.Min(size, batch.TargetRows.Count - start));
    }

    // -log p of each target of a chunk, float32 [n]
    private static Tensor TokenLosses(Transformer transformer, Tensor stream, SequenceBatch batch, (long Start, long Count) chunk)
    {
        var logits = transformer.Logits(stream.unsqueeze(0)).squeeze(0).to(float32); // [n, V]
        return nn.functional.cross_entropy(logits, batch.Targets.narrow(0, chunk.Start, chunk.Count), reduction: nn.Reduction.None);
    }

    private static double[] Means(SequenceBatch batch, IEnumerable<float[]> chunks)
    {
        var sums = new double[batch.Sequences.Count];
        var at = 0;
        foreach (var value in chunks.SelectMany(c => c))
            sums[batch.TargetRows[at++]] += value;
        return [.. sums.Select((sum, row) => batch.Sequences[row].TargetCount is var n and > 0 ? sum / n : double.NaN)];
    }
}
