using Attribution.Contracts;

namespace Attribution.ContextAttribution.Scorers;

/// <summary>Scores every source 1: what the number of kept sources alone predicts. It ranks nothing, so it has no highest-scored source.</summary>
public sealed class CountScorer : ISourceScorer
{
    /// <inheritdoc/>
    public string Name => ContextBaselineNames.Count;

    /// <inheritdoc/>
    public SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default)
    {
        var ones = new float[task.Sources.Count];
        Array.Fill(ones, 1);
        return new([.. task.Units.Select(_ => ones)], 0, 0) { HasOrder = false };
    }
}
