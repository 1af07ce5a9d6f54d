using System.Diagnostics;
using Attribution.Contracts;
using Attribution.Models;

namespace Attribution.ContextAttribution.Scorers;

/// <summary>Scores with a trained estimator; takes one pass.</summary>
/// <param name="name">The name in tables.</param>
/// <param name="model">The model.</param>
/// <param name="estimator">The estimator, which belongs to that model.</param>
public sealed class EstimatorScorer(string name, Transformer model, ScoreEstimator estimator) : ISourceScorer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <summary>AT2: a trained estimator.</summary>
    public static EstimatorScorer At2(Transformer model, ScoreEstimator estimator) => new(EstimatorNames.At2, model, estimator);

    /// <summary>The mean attention of all heads.</summary>
    public static EstimatorScorer MeanAttention(Transformer model, AttentionRule attention = AttentionRule.True) =>
        new(ContextBaselineNames.MeanAttention, model, ScoreEstimator.MeanAttention(model.Config, attention));

    /// <inheritdoc/>
    public SourceScores Score(AttributionTask task, string example, CancellationToken cancellation = default)
    {
        var start = Stopwatch.GetTimestamp();
        var values = ContextAttributor.Scores(model, task, estimator, cancellation);
        return new(values, 1, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
