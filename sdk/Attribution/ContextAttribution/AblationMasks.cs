using System.Globalization;
using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>M ablations of the S sources of a task: <c>mask[m, s]</c> says whether ablation m keeps source s.</summary>
public sealed class AblationMasks
{
    private readonly bool[] _kept; // [M, S]

    private AblationMasks(int count, int sourceCount) =>
        (Count, SourceCount, _kept) = (count, sourceCount, new bool[checked(count * sourceCount)]);

    /// <summary>M.</summary>
    public int Count { get; }

    /// <summary>S.</summary>
    public int SourceCount { get; }

    /// <summary>Whether ablation <paramref name="mask"/> keeps source <paramref name="source"/>.</summary>
    public bool this[int mask, int source] => _kept[(mask * SourceCount) + source];

    /// <summary>What one ablation keeps, [S].</summary>
    public ReadOnlySpan<bool> this[int mask] => _kept.AsSpan(mask * SourceCount, SourceCount);

    /// <summary>
    /// Random ablations: each source is kept with probability <paramref name="alpha"/>. The numbers come from the seed, the example and the
    /// index of the mask alone, so that more masks or other examples change none.
    /// </summary>
    /// <param name="count">M.</param>
    /// <param name="sourceCount">S.</param>
    /// <param name="alpha">Above 0 and below 1.</param>
    /// <param name="seed">The seed of the experiment.</param>
    /// <param name="example">What tells the example from others: its content's hash or its row's key.</param>
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

    /// <summary>Ablations that keep all but the given sources.</summary>
    /// <param name="sourceCount">S.</param>
    /// <param name="removed">For each ablation the sources to remove; an empty list is the un-ablated sequence.</param>
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
