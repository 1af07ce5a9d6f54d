using Attribution.Models;
using TorchSharp;

namespace Attribution.ContextAttribution;

/// <summary>The tokens of a sequence that one ablation keeps, after a shared prefix.</summary>
internal sealed class AblatedRow
{
    /// <summary>
    /// The number of tokens in a batch, with shared prefixes and padding. On a CPU a few hundred rows amortize reading the weights, and more than that leaves
    /// the caches; a GPU needs thousands.
    /// </summary>
    private const int HostTokens = 512, DeviceTokens = 16384;

    /// <summary>The number of attention scores (rows x heads x queries x keys) in a batch.</summary>
    private const long Scores = 1 << 27;

    private readonly AttributionTask _task;
    private readonly int[] _places;

    /// <summary>Creates the row of an ablation.</summary>
    /// <param name="task">Whether each source is kept, [S].</param>
    /// <param name="kept">[S].</param>
    /// <param name="shared">The length of the shared prefix; no source begins in it.</param>
    public AblatedRow(AttributionTask task, ReadOnlySpan<bool> kept, int shared)
    {
        _task = task;
        var first = task.Target.Start - 1; // predicts the target's first token, so it stays even if no token attends to it
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

    /// <summary>The number of tokens in the row.</summary>
    public int Length => _places.Length;

    /// <summary>Whether the token that predicts the target's first token is ablated: it stays in the row, but only it attends to itself.</summary>
    public bool HidesFirst { get; }

    /// <summary>Writes the row's tokens, positions and, if requested, the attention mask; the rest is padding on the right.</summary>
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

    /// <summary>Groups rows of similar length into batches, as lists of row indices.</summary>
    public static IReadOnlyList<int[]> Plan(IReadOnlyList<AblatedRow> rows, int shared, Transformer model)
    {
        var longest = shared + rows.Max(row => row.Length);
        var tokens = model.Device.type == DeviceType.CPU ? HostTokens : DeviceTokens;
        var budget = Math.Min(tokens, Scores / model.Config.HeadCount / longest);
        return SequenceBatch.Plan([.. rows.Select(row => shared + row.Length)], (int)budget);
    }
}
