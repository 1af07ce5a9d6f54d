using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>Runs a model on attribution tasks.</summary>
public static class ContextAttributor
{
    /// <summary>
    /// Computes an estimator's training data from one example: its attention features and its outputs under the ablations. Takes one pass over the sequence
    /// and, for each ablation, one over the kept tokens.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The example; without units the result is empty.</param>
    /// <param name="masks">The ablations of its sources.</param>
    /// <param name="rule">The attention rule of the features.</param>
    /// <param name="cancellation">Checked between blocks and batches.</param>
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
    /// The score of every source for every unit of a task, [U][S]: the sum over the source's tokens of weights . attention, averaged over the unit's tokens.
    /// Takes one pass. To score another range, make it a unit (<see cref="AttributionTask.WithUnits"/>).
    /// </summary>
    /// <exception cref="Diagnostics.AttributionException">ATTR1452: the estimator belongs to another model.</exception>
    public static float[][] Scores(Transformer model, AttributionTask task, ScoreEstimator estimator, CancellationToken cancellation = default)
    {
        estimator.Model.RequireMatch(model.Config);
        return AttentionFeatures.Weigh(model, task, estimator.Weights, estimator.Attention, cancellation);
    }
}
