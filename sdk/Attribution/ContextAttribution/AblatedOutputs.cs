using System.Runtime.InteropServices;
using Attribution.Models;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.ContextAttribution;

/// <summary>
/// The effect of ablations on the probability of the target: the logit <c>log p - log(1 - p)</c> of each of its N tokens under each of M ablations. Ablating a
/// source means that no token attends to the source's tokens, while positions stay. So an ablated token can be left out of the sequence as long as the others
/// keep their positions, which saves time in proportion to what is ablated. The part before the first source is computed once.
/// </summary>
public sealed class AblatedOutputs
{
    /// <summary>The greatest number of logits (positions x vocabulary) in memory at a time.</summary>
    private const long ChunkElements = 1 << 24;

    private readonly AttributionTask _task;
    private readonly double[] _logits; // [M, N]

    private AblatedOutputs(AttributionTask task, int count)
    {
        (_task, Count) = (task, count);
        _logits = new double[count * task.Target.Length];
    }

    /// <summary>M, the number of ablations.</summary>
    public int Count { get; }

    /// <summary>Runs the ablations of a task.</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The task.</param>
    /// <param name="masks">The M ablations of its sources.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static AblatedOutputs Compute(Transformer model, AttributionTask task, AblationMasks masks, CancellationToken cancellation = default)
    {
        if (masks.SourceCount != task.Sources.Count)
            throw new ArgumentException($"the masks are of {masks.SourceCount} sources, the task has {task.Sources.Count}", nameof(masks));
        task.RequireFits(model.Config);
        var outputs = new AblatedOutputs(task, masks.Count);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        // Beyond its limit, longrope uses other angles for the whole sequence, while the prefix alone would get those of a short one.
        var shared = task.InputLength <= model.IncrementalLimit ? task.Sources[0].Start : 0;
        // With few sources, the same ablation occurs more than once.
        var alike = Enumerable.Range(0, masks.Count).GroupBy(m => Convert.ToHexString(MemoryMarshal.AsBytes(masks[m]))).Select(group =>
            group.ToArray()).ToArray();
        var rows = alike.Select(group => new AblatedRow(task, masks[group[0]], shared)).ToArray();
        using var prefix = shared == 0 ? null : model.Cache(1, shared + rows.Max(row => row.Length));
        if (prefix is not null)
            outputs.RunPrefix(model, prefix, shared);
        foreach (var batch in AblatedRow.Plan(rows, shared, model))
        {
            cancellation.ThrowIfCancellationRequested();
            var logits = outputs.RunBatch(model, [.. batch.Select(i => rows[i])], prefix);
            foreach (var (b, i) in batch.Index())
                foreach (var m in alike[i])
                    logits.AsSpan(b * task.Target.Length, task.Target.Length).CopyTo(outputs._logits.AsSpan(m * task.Target.Length));
        }
        return outputs;
    }

    /// <summary><c>log P - log(1 - P)</c> of a range of the target under an ablation.</summary>
    public double Logit(int mask, TokenRange range) => LogOdds.OfProduct(At(mask, range));

    /// <summary><c>log P</c> of a range of the target under an ablation: the sum of its tokens' log p.</summary>
    public double LogProbability(int mask, TokenRange range) => LogOdds.LogProbability(Logit(mask, range));

    private ReadOnlySpan<double> At(int mask, TokenRange range) => _task.Target.Contains(range)
        ? _logits.AsSpan((mask * _task.Target.Length) + range.Start - _task.Target.Start, range.Length)
        : throw new ArgumentOutOfRangeException(nameof(range), range, $"not in the target {_task.Target}");

    private void RunPrefix(Transformer model, KeyValueCache cache, int length)
    {
        using var scope = NewDisposeScope();
        var ids = tensor(_task.Tokens.Take(length).Select(id => (long)id).ToArray(), [1, length], device: model.Device);
        model.Run(model.Embed(ids), model.Context(1, length, cache: cache), 0, model.Config.BlockCount);
    }

    // Computes the logits of the target's tokens in each row, [rows, N].
    private double[] RunBatch(Transformer model, AblatedRow[] rows, KeyValueCache? prefix)
    {
        using var scope = NewDisposeScope();
        using var cache = prefix?.Rows(new int[rows.Length]);
        var length = rows.Max(row => row.Length);
        var ids = new long[rows.Length * length];
        var positions = new long[rows.Length, length];
        var attended = rows.Any(row => row.HidesFirst) ? new bool[rows.Length, length] : null;
        for (var b = 0; b < rows.Length; b++)
            rows[b].Fill(ids.AsSpan(b * length, length), b, positions, attended);
        var context = model.Context(rows.Length, length, [.. rows.Select(row => row.Length)], positions, attended, cache);
        var stream = model.Run(model.Embed(tensor(ids, [rows.Length, length], device: model.Device)), context, 0, model.Config.BlockCount - 1);

        // In the last block only the tokens that predict the target are needed; they end every row.
        var count = _task.Target.Length;
        var first = rows.Min(row => row.Length) - count;
        stream = model.Block(model.Config.BlockCount - 1, stream, context, first);
        var places = rows.SelectMany((row, b) => Enumerable.Range((b * (length - first)) + row.Length - count - first, count)).Select(place =>
            (long)place).ToArray();
        var targets = rows.SelectMany(_ => Enumerable.Range(_task.Target.Start, count)).Select(t => (long)_task.Tokens[t]).ToArray();
        var result = new double[places.Length];
        var size = (int)Math.Max(1, ChunkElements / model.Config.VocabularySize);
        for (var start = 0; start < places.Length; start += size)
        {
            using var inner = NewDisposeScope();
            var end = Math.Min(start + size, places.Length);
            Logits(model.Logits(stream, tensor(places[start..end], device: model.Device)), tensor(targets[start..end], device: model.Device)).CopyTo(result,
                start);
        }
        return result;
    }

    // Each token's logit minus the logsumexp of the other logits: [n, V] and [n] to [n].
    private static double[] Logits(Tensor logits, Tensor targets)
    {
        var wide = logits.to(float32);
        var index = targets.unsqueeze(1); // [n, 1]
        var own = wide.gather(1, index);
        var others = wide.scatter(1, index, full_like(own, Scalars.Of(double.NegativeInfinity))).logsumexp(1);
        using var host = (own.squeeze(1).to(float64) - others.to(float64)).cpu();
        var array = MemoryMarshal.Cast<byte, double>(host.bytes).ToArray();
        GC.KeepAlive(host);
        return array;
    }
}
