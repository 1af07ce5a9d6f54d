using System.Globalization;
using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>M ablations of a task's S sources: <c>mask[m, s]</c> tells whether ablation m keeps source s.</summary>
public sealed class AblationMasks
{
    private readonly bool[] _kept; // [M, S]

    private AblationMasks(int count, int sourceCount) =>
        (Count, SourceCount, _kept) = (count, sourceCount, new bool[checked(count * sourceCount)]);

    /// <summary>M, the number of ablations.</summary>
    public int Count { get; }

    /// <summary>S, the number of sources.</summary>
    public int SourceCount { get; }

    /// <summary>Whether ablation <paramref name="mask"/> keeps source <paramref name="source"/>.</summary>
    public bool this[int mask, int source] => _kept[(mask * SourceCount) + source];

    /// <summary>Whether one ablation keeps each source, [S].</summary>
    public ReadOnlySpan<bool> this[int mask] => _kept.AsSpan(mask * SourceCount, SourceCount);

    /// <summary>
    /// Random ablations: each source is kept with probability <paramref name="alpha"/>. The random numbers depend only on the seed, the example and the mask's
    /// index, so that more masks or other examples change none.
    /// </summary>
    /// <param name="count">M.</param>
    /// <param name="sourceCount">S.</param>
    /// <param name="alpha">The probability to keep a source, above 0 and below 1.</param>
    /// <param name="seed">The seed of the experiment.</param>
    /// <param name="example">Identifies the example: its content hash or its row's key.</param>
    public static AblationMasks Random(int count, int sourceCount, double alpha, long seed, string example)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (alpha is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "the share of sources kept is above 0 and below 1");
        var masks = new AblationMasks(count, sourceCount);
        for (var m = 0; m < count; m++)
        {
            var random = SeededRandom.Named(seed, string.Create(CultureInfo.InvariantCulture, $"{example}:mask {m}"));
            for (var s = 0; s < sourceCount; s++)
                masks._kept[(m * sourceCount) + s] = random.NextDouble() < alpha;
        }
        return masks;
    }

    /// <summary>Ablations that keep all sources except the given ones.</summary>
    /// <param name="sourceCount">S.</param>
    /// <param name="removed">The sources to remove in each ablation; an empty list is the un-ablated sequence.</param>
    public static AblationMasks Without(int sourceCount, params IReadOnlyList<IReadOnlyList<int>> removed)
    {
        var masks = new AblationMasks(removed.Count, sourceCount);
        Array.Fill(masks._kept, true);
        foreach (var (m, sources) in removed.Index())
            foreach (var s in sources)
                masks._kept[(m * sourceCount) + s] = s < sourceCount
                    ? false : throw new ArgumentOutOfRangeException(nameof(removed), s, $"there are {sourceCount} sources");
        return masks;
    }
}
