using Attribution.Contracts;
using Attribution.Models;

namespace Attribution.ContextAttribution.Scorers;

/// <summary>
/// Uniform numbers from -1 to 1: what any method must beat. Their mean is zero: were all of them positive, their sum would tell how many sources are kept,
/// which is what <see cref="CountScorer"/> is there to show.
/// </summary>
/// <param name="seed">The seed; every example has numbers of its own under it.</param>
public sealed class RandomScorer(long seed = 0) : ISourceScorer
{
    /// <inheritdoc/>
    public string Name => ContextBaselineNames.Random;

    /// <inheritdoc/>
    public SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default)
    {
        var random = SeededRandom.Named(seed, $"random:{example}");
        var values = new float[task.Units.Count][];
        for (var u = 0; u < values.Length; u++)
        {
            values[u] = new float[task.Sources.Count];
            for (var s = 0; s < values[u].Length; s++)
                values[u][s] = (float)((2 * random.NextDouble()) - 1);
        }
        return new(values, 0, 0);
    }
}
