namespace QuickstartModel.Corpus;

/// <summary>
/// Random numbers that are a pure function of (seed, stream, index, how many were drawn): SplitMix64 (Steele, Lea and
/// Flood 2014) over a counter. Every row of every data set has a stream of its own, so adding a draw to one row changes
/// no other, and the numbers are the same on every platform and in every .NET version.
/// </summary>
internal sealed class CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private readonly ulong _key;
    private ulong _drawn;

    public CounterRandom(ulong seed, string stream, long index)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var c in stream)
            hash = (hash ^ c) * 0x100000001B3;
        _key = Mix(Mix(seed + Golden) ^ hash) ^ Mix((ulong)index * Golden);
    }

    public ulong Next() => Mix(_key + ++_drawn * Golden);

    /// <summary>A number in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    public bool Chance(double probability) => Unit() < probability;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>An index drawn with the given weights, which need not sum to 1.</summary>
    public int Weighted(params ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (var weight in weights)
            total += weight;
        var at = Unit() * total;
        for (var i = 0; i < weights.Length - 1; i++)
            if ((at -= weights[i]) < 0)
                return i;
        return weights.Length - 1;
    }

    /// <summary>Puts the items into a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
