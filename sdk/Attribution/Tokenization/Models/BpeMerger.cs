namespace Attribution.Tokenization.Models;

/// <summary>
/// Applies merges to the symbols of one piece: always the pair with the lowest rank, the leftmost among equals. Has its own working memory; for one thread at a
/// time.
/// </summary>
internal sealed class BpeMerger(MergeTable merges)
{
    // Below this number, checking every pair each time is faster than a queue.
    private const int Few = 32;

    private readonly int[] _ranks = new int[Few];
    private readonly PriorityQueue<(int Position, int Id), long> _queue = new();
    private int[] _next = [];
    private int[] _previous = [];

    /// <summary>Merges the symbols from <paramref name="first"/> to the end of the list, in place.</summary>
    public void Merge(SymbolList symbols, int first)
    {
        var count = symbols.Count - first;
        if (count < 2)
            return;
        var ids = symbols.Ids.AsSpan(first, count);
        var lengths = symbols.Lengths.AsSpan(first, count);
        symbols.Truncate(first + (count <= Few ? MergeFew(ids, lengths) : MergeMany(ids, lengths)));
    }

    private int MergeFew(Span<int> ids, Span<int> lengths)
    {
        var count = ids.Length;
        var ranks = _ranks.AsSpan(0, count - 1);
        for (var i = 0; i < ranks.Length; i++)
            ranks[i] = merges.Rank(ids[i], ids[i + 1], out _);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
                if (ranks[i] < ranks[best])
                    best = i;
            if (ranks[best] == MergeTable.None)
                break;
            _ = merges.Rank(ids[best], ids[best + 1], out ids[best]);
            lengths[best] += lengths[best + 1];
            count--;
            ids[(best + 2)..(count + 1)].CopyTo(ids[(best + 1)..]);
            lengths[(best + 2)..(count + 1)].CopyTo(lengths[(best + 1)..]);
            if (best + 1 < count)
                ranks[(best + 1)..count].CopyTo(ranks[best..]);
            if (best > 0)
                ranks[best - 1] = merges.Rank(ids[best - 1], ids[best], out _);
            if (best + 1 < count)
                ranks[best] = merges.Rank(ids[best], ids[best + 1], out _);
        }
        return count;
    }

    private int MergeMany(Span<int> ids, Span<int> lengths)
    {
        var count = ids.Length;
        if (_next.Length < count)
            (_next, _previous) = (new int[2 * count], new int[2 * count]);
        for (var i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
            if (i + 1 < count)
                Enqueue(ids, i, i + 1);
        }
        while (_queue.TryDequeue(out var merge, out _))
        {
            var left = merge.Position;
            var right = _next[left];
            // A merge of one of its parts may have invalidated the pair; a length of 0 marks a symbol that was merged away.
            if (lengths[left] == 0 || right == count || merges.Rank(ids[left], ids[right], out var id) == MergeTable.None || id != merge.Id)
                continue;
            ids[left] = id;
            lengths[left] += lengths[right];
            lengths[right] = 0;
            _next[left] = _next[right];
            if (_next[left] < count)
            {
                _previous[_next[left]] = left;
                Enqueue(ids, left, _next[left]);
            }
            if (_previous[left] >= 0)
                Enqueue(ids, _previous[left], left);
        }
        var kept = 0;
        for (var i = 0; i < count; i = _next[i])
            (ids[kept], lengths[kept++]) = (ids[i], lengths[i]);
        return kept;
    }

    private void Enqueue(ReadOnlySpan<int> ids, int left, int right)
    {
        var rank = merges.Rank(ids[left], ids[right], out var id);
        if (rank != MergeTable.None)
            _queue.Enqueue((left, id), (long)rank << 32 | (uint)left);
    }
}
