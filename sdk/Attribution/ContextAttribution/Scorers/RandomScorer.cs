using Attribution.Contracts;
using Attribution.Models;

namespace Attribution.ContextAttribution.Scorers;

/// <summary>
/// Uniform random scores from -1 to 1: the baseline that any method must beat. Their mean is zero; if all were positive, their sum would reveal how many
/// sources are kept, which <see cref="CountScorer"/> measures.
/// </summary>
/// <param name="seed">The seed; every example has its own random numbers under it.</param>
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
