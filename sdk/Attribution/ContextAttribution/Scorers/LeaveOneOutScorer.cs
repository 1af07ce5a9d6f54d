using System.Diagnostics;
using Attribution.Contracts;
using Attribution.Models;

namespace Attribution.ContextAttribution.Scorers;

/// <summary>
/// The exact effect of removing one source: the unit's <c>log P - log(1 - P)</c> without ablation minus that without the source. Takes S + 1 passes.
/// </summary>
/// <param name="model">The model.</param>
public sealed class LeaveOneOutScorer(Transformer model) : ISourceScorer
{
    /// <inheritdoc/>
    public string Name => ContextBaselineNames.LeaveOneOut;

    /// <inheritdoc/>
    public SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default)
    {
        var start = Stopwatch.GetTimestamp();
        var sources = task.Sources.Count;
        var outputs = AblatedOutputs.Compute(model, task, AblationMasks.Without(sources, [[], .. Enumerable.Range(0, sources).Select(s => (int[])[s])]),
            cancellation);
        float[][] values = [.. task.Units.Select(unit => Enumerable.Range(1, sources).Select(m =>
            (float)(outputs.Logit(0, unit) - outputs.Logit(m, unit))).ToArray())];
        return new(values, outputs.Count, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
