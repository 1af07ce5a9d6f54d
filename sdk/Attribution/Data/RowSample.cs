namespace Attribution.Data;

/// <summary>A random sample of rows that depends only on the seed and the rows' indices.</summary>
internal static class RowSample
{
    /// <summary>The <paramref name="count"/> indices with the lowest hashes under the seed, in ascending order.</summary>
    public static long[] Draw(IEnumerable<long> indices, long count, long seed)
    {
        // The highest hash leaves first, so the heap keeps the lowest.
        var kept = new PriorityQueue<long, (ulong, long)>(Comparer<(ulong, long)>.Create((a, b) => b.CompareTo(a)));
        foreach (var index in indices)
            if (kept.Count < count)
                kept.Enqueue(index, (Hash(seed, index), index));
            else
                kept.EnqueueDequeue(index, (Hash(seed, index), index));
        var drawn = kept.UnorderedItems.Select(item => item.Element).ToArray();
        Array.Sort(drawn);
        return drawn;
    }

    /// <summary>SplitMix64's finalizer (Steele, Lea, Flood 2014) of the index, with a start that depends on the seed.</summary>
    public static ulong Hash(long seed, long index) => Mix(Mix((ulong)seed) + (ulong)index * 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
