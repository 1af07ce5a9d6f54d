using System.Runtime.InteropServices;
using Attribution.Models;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.ContextAttribution;

/// <summary>
/// Attention as features, <c>f[u, s, block * H + head]</c>: the attention weight in the un-ablated pass, for every head of every block, from the position that
/// predicts a target token to every token, averaged over a unit's tokens and summed over a source's. Attention is recomputed from the stream that enters a
/// block, only at the rows of the units, and reduced before the next block runs, so that memory grows with one block's rows and never with T x T. The last
/// block itself, the final norm and the head do not run.
/// </summary>
internal static class AttentionFeatures
{
    /// <summary>Computes f, [U, S, F] in float32, row-major.</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The task.</param>
    /// <param name="rule">The attention rule.</param>
    /// <param name="cancellation">Checked between blocks.</param>
    public static float[] Compute(
        Transformer model, AttributionTask task, AttentionRule rule = AttentionRule.True, CancellationToken cancellation = default) =>
        Stack(model, task, task.Sources.Count, f => f, rule, cancellation);

    /// <summary>Computes <c>sum_s (2 mask[m, s] - 1) f[u, s]</c>, [U, M, F] in float32, row-major. f is never in memory for more than one block.</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The task.</param>
    /// <param name="masks">The M ablations.</param>
    /// <param name="rule">The attention rule.</param>
    /// <param name="cancellation">Checked between blocks.</param>
    public static float[] OfMasks(
        Transformer model, AttributionTask task, AblationMasks masks, AttentionRule rule = AttentionRule.True, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var signs = new float[task.Sources.Count * masks.Count];
        for (var s = 0; s < task.Sources.Count; s++)
            for (var m = 0; m < masks.Count; m++)
                signs[(s * masks.Count) + m] = masks[m, s] ? 1 : -1;
        var matrix = tensor(signs, [task.Sources.Count, masks.Count], device: model.Device);
        return Stack(model, task, masks.Count, f => f.view(-1, f.shape[^1]).mm(matrix).view(f.shape[0], f.shape[1], -1), rule, cancellation);
    }

    /// <summary>Computes <c>sum_f weights[f] f[u, s, f]</c>, [U][S].</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The weights, [F].</param>
    /// <param name="weights">The attention rule.</param>
    /// <param name="rule">Checked between blocks.</param>
    /// <param name="cancellation">Stops between two blocks.</param>
    public static float[][] Weigh(
        Transformer model, AttributionTask task, IReadOnlyList<float> weights, AttentionRule rule = AttentionRule.True,
            CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var perBlock = tensor(weights.ToArray(), [model.Config.BlockCount, model.Config.HeadCount, 1, 1], device: model.Device);
        var scores = zeros(task.Units.Count, task.Sources.Count, device: model.Device);
        EachBlock(model, task, (block, f) => scores.PlusInPlace((f * perBlock[block]).sum([0])), rule, cancellation);
        return [.. Host(scores).Chunk(task.Sources.Count)];
    }

    // Each block's [H, U, n] becomes its part of [U, n, F].
    private static float[] Stack(Transformer model, AttributionTask task, int count, Func<Tensor, Tensor> map, AttentionRule rule,
        CancellationToken cancellation)
    {
        var (heads, featureCount) = (model.Config.HeadCount, ModelIdentity.Of(model.Config).FeatureCount);
        var result = new float[task.Units.Count * count * featureCount];
        EachBlock(model, task, (block, f) =>
        {
            var part = Host(map(f).permute(1, 2, 0)); // [U, n, H]
            for (var i = 0; i < part.Length / heads; i++)
                part.AsSpan(i * heads, heads).CopyTo(result.AsSpan((i * featureCount) + (block * heads)));
        }, rule, cancellation);
        return result;
    }

    /// <summary>Calls <paramref name="use"/> with each block's f, [H, U, S], which is disposed afterwards; never if the task has no unit.</summary>
    private static void EachBlock(Transformer model, AttributionTask task, Action<int, Tensor> use, AttentionRule rule, CancellationToken cancellation)
    {
        int[] rows = [.. task.Units.SelectMany(unit => Enumerable.Range(unit.Start - 1, unit.Length)).Distinct().Order()];
        if (rows.Length == 0)
            return;
        task.RequireFits(model.Config);
        using var none = no_grad();
        using var outer = NewDisposeScope();
        var context = model.Context(1, task.InputLength);
        var stream = model.Embed(tensor(task.Tokens.Take(task.InputLength).Select(id => (long)id).ToArray(), [1, task.InputLength], device: model.Device));
        var queries = tensor(rows.Select(row => (long)row).ToArray(), device: model.Device);
        var average = Average(task, rows).to(model.Device);
        var starts = tensor(task.Sources.Select(source => (long)source.Start).ToArray(), device: model.Device);
        var ends = tensor(task.Sources.Select(source => (long)source.End).ToArray(), device: model.Device);
        for (var block = 0; block < model.Config.BlockCount; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (block > 0)
            {
                var next = model.Block(block - 1, stream, context);
                stream.Dispose();
                stream = next;
            }
            using var inner = NewDisposeScope();
            var attention = model.AttentionWeights(block, stream, context, queries, isPlain: rule == AttentionRule.At2)[0]; // [H, Q, T]
            // Differences of a running sum, for which float64 is precise enough: a source may be one token or half the context.
            var running = average.expand(attention.shape[0], -1, -1).bmm(attention).to(float64).cumsum(-1); // [H, U, T]
            running = cat([zeros([running.shape[0], running.shape[1], 1], float64, model.Device), running], -1);
            use(block, (running.index_select(-1, ends) - running.index_select(-1, starts)).to(float32));
        }
    }

    // [U, Q]: 1 / length at the rows that predict a unit's tokens
    private static Tensor Average(AttributionTask task, int[] rows)
    {
        var values = new float[task.Units.Count * rows.Length];
        foreach (var (u, unit) in task.Units.Index())
        {
            var first = Array.BinarySearch(rows, unit.Start - 1);
            values.AsSpan((u * rows.Length) + first, unit.Length).Fill(1f / unit.Length);
        }
        return tensor(values, [task.Units.Count, rows.Length]);
    }

    private static float[] Host(Tensor values)
    {
        using var host = values.cpu().contiguous();
        var array = MemoryMarshal.Cast<byte, float>(host.bytes).ToArray();
        GC.KeepAlive(host);
        return array;
    }
}
