using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>Runs a model on attribution tasks.</summary>
public static class ContextAttributor
{
    /// <summary>
    /// What an estimator learns from one example: its attention features and its outputs under the ablations. Takes one pass over the sequence
    /// and one over what is left of it for each ablation.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The example; without units the result is empty.</param>
    /// <param name="masks">The ablations of its sources.</param>
    /// <param name="rule">Which attention the features are.</param>
    /// <param name="cancellation">Stops between two blocks or batches.</param>
    public static TaskFeatures FeaturesAndOutputs(
        Transformer model, AttributionTask task, AblationMasks masks, AttentionRule rule = AttentionRule.True, CancellationToken cancellation = default)
    {
        var featureCount = ModelIdentity.Of(model.Config).FeatureCount;
        if (task.Units.Count == 0)
            return new(0, masks.Count, featureCount, [], []);
        var features = AttentionFeatures.OfMasks(model, task, masks, rule, cancellation);
        var ablated = AblatedOutputs.Compute(model, task, masks, cancellation);
        var outputs = task.Units.SelectMany(unit => Enumerable.Range(0, masks.Count).Select(m => (float)ablated.Logit(m, unit)));
        return new(task.Units.Count, masks.Count, featureCount, features, [.. outputs]);
    }

    /// <summary>
    /// The score of every source for every unit of a task, [U][S]: the sum over the source's tokens of weights . attention, averaged over the
    /// unit's tokens. Takes one pass. For a range of one's own choice, give it as the unit (<see cref="AttributionTask.WithUnits"/>).
    /// </summary>
    /// <exception cref="Diagnostics.AttributionException">ATTR1452: the estimator is of another model.</exception>
    public static float[][] Scores(Transformer model, AttributionTask task, ScoreEstimator estimator, CancellationToken cancellation = default)
    {
        estimator.Model.RequireMatch(model.Config);
        return AttentionFeatures.Weigh(model, task, estimator.Weights, estimator.Attention, cancellation);
    }
}
