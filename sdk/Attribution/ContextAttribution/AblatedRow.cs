using Attribution.Models;
using TorchSharp;

namespace Attribution.ContextAttribution;

/// <summary>The tokens that one ablation leaves of a sequence, from a shared beginning on.</summary>
internal sealed class AblatedRow
{
    /// <summary>
    /// Tokens of a batch, shared beginnings and padding included. On a CPU a few hundred rows amortise reading the weights, and what is more leaves the caches;
    /// a GPU wants thousands.
    /// </summary>
    private const int HostTokens = 512, DeviceTokens = 16384;

    /// <summary>Attention scores (rows x heads x queries x keys) of a batch.</summary>
    private const long Scores = 1 << 27;

    private readonly AttributionTask _task;
    private readonly int[] _places;

    /// <summary>The row of an ablation.</summary>
    /// <param name="task">The task.</param>
    /// <param name="kept">[S].</param>
    /// <param name="shared">The first place that is not shared; no source begins before it.</param>
    public AblatedRow(AttributionTask task, ReadOnlySpan<bool> kept, int shared)
    {
        _task = task;
        var first = task.Target.Start - 1; // predicts the target's first token, so it stays even where nobody attends to it
        var places = new List<int>(task.InputLength - shared);
        var next = shared;
        foreach (var (s, source) in task.Sources.Index())
        {
            places.AddRange(Enumerable.Range(next, source.Start - next));
            if (kept[s])
                places.AddRange(Enumerable.Range(source.Start, source.Length));
            else if (HidesFirst = source.End > first)
                places.Add(first);
            next = source.End;
        }
        places.AddRange(Enumerable.Range(next, task.InputLength - next));
        _places = [.. places];
    }

    /// <summary>How many tokens are left.</summary>
    public int Length => _places.Length;

    /// <summary>Whether the token that predicts the target's first is ablated: it is there, but attended by itself alone.</summary>
    public bool HidesFirst { get; }

    /// <summary>Writes the row's tokens, positions and, where they are asked for, who may be attended; the rest is padding on the right.</summary>
    public void Fill(Span<long> ids, int row, long[,] positions, bool[,]? attended)
    {
        for (var t = 0; t < positions.GetLength(1); t++)
        {
            var isReal = t < Length;
            ids[t] = isReal ? _task.Tokens[_places[t]] : 0;
            positions[row, t] = isReal ? _places[t] : _task.InputLength - 1;
            if (attended is not null)
                attended[row, t] = !(HidesFirst && isReal && _places[t] == _task.Target.Start - 1);
        }
    }

    /// <summary>Puts rows of similar lengths together: the indices of each batch's rows.</summary>
    public static IReadOnlyList<int[]> Plan(IReadOnlyList<AblatedRow> rows, int shared, Transformer model)
    {
        var longest = shared + rows.Max(row => row.Length);
        var tokens = model.Device.type == DeviceType.CPU ? HostTokens : DeviceTokens;
        var budget = Math.Min(tokens, Scores / model.Config.HeadCount / longest);
        return SequenceBatch.Plan([.. rows.Select(row => shared + row.Length)], (int)budget);
    }
}
