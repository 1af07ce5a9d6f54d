using Attribution.ContextAttribution.Scorers;
using Attribution.Models;

namespace Attribution.ContextAttribution.Evaluation;

/// <summary>Measures scorers against what ablations really do to a model's answers.</summary>
public static class ContextEvaluator
{
    /// <summary>Scores one example with every scorer and measures each against the same ablations.</summary>
    public static IReadOnlyList<ScorerEvaluation> Evaluate(
        Transformer model, AttributionTask task, string example, IReadOnlyList<ISourceScorer> scorers, ContextEvaluationOptions options,
        CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>The mean of every scorer over examples, in the scorers' order; a NaN is left out of its mean.</summary>
    public static IReadOnlyList<ScorerEvaluation> Mean(IEnumerable<IReadOnlyList<ScorerEvaluation>> examples) => throw new NotImplementedException();
}
