using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Scorers;

namespace Attribution.Pipeline.Context;

/// <summary>A scorer that remembers its last scores, which an evaluation of it does not return.</summary>
internal sealed class RecordingScorer(ISourceScorer scorer) : ISourceScorer
{
    public string Name => scorer.Name;

    public SourceScores? Last { get; private set; }

    public SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default) =>
        Last = scorer.Score(task, example, cancellation);
}
