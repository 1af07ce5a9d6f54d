using System.Diagnostics;
using System.Globalization;
using Attribution.Contracts;
using Attribution.Models;

namespace Attribution.ContextAttribution.Scorers;

/// <summary>
/// A sparse linear surrogate of the example itself (ContextCite, arXiv 2409.00729). It runs random ablations and fits a Lasso from the standardized masks to
/// the unit's <c>(log P - log(1 - P)) / tokens</c>; a source's score is its coefficient. Takes one pass per ablation.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="ablations">The number of ablations; the authors use 32 to 256.</param>
/// <param name="alpha">The probability that an ablation keeps a source.</param>
/// <param name="seed">The seed of the ablations.</param>
public sealed class SurrogateScorer(Transformer model, int ablations, double alpha = 0.5, long seed = 0) : ISourceScorer
{
    // The authors' weight of the L1 term.
    private const double Penalty = 0.01;

    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"{ContextBaselineNames.Surrogate}{ablations}");

    /// <inheritdoc/>
    public SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default)
    {
        var start = Stopwatch.GetTimestamp();
        var masks = AblationMasks.Random(ablations, task.Sources.Count, alpha, seed, $"surrogate:{example}");
        var outputs = AblatedOutputs.Compute(model, task, masks, cancellation);
        var kept = new double[task.Sources.Count][];
        for (var s = 0; s < kept.Length; s++)
            kept[s] = [.. Enumerable.Range(0, ablations).Select(m => masks[m, s] ? 1.0 : 0)];
        float[][] values = [.. task.Units.Select(unit =>
        {
            double[] y = [.. Enumerable.Range(0, ablations).Select(m => outputs.Logit(m, unit) / unit.Length)];
            return Lasso.Fit(kept, y, Penalty).Select(weight => (float)(weight * unit.Length)).ToArray();
        })];
        return new(values, ablations, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
