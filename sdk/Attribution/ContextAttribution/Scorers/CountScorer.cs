using Attribution.Contracts;

namespace Attribution.ContextAttribution.Scorers;

/// <summary>1 for every source: what is told by how many sources are kept, whichever they are. It ranks nothing, so it has no first source.</summary>
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
