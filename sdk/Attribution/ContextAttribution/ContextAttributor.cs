using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>Runs one model on attribution tasks.</summary>
public sealed class ContextAttributor(Transformer model)
{
    /// <summary>The model.</summary>
    public Transformer Model { get; } = model;

    /// <summary>What an estimator learns from an example: its features and outputs under random ablations.</summary>
    public TaskFeatures FeaturesAndOutputs(AttributionTask task, AblationMasks masks, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>The score of every source for every unit of the task, [U][S]: one forward pass.</summary>
    public float[][] Scores(AttributionTask task, ScoreEstimator estimator, CancellationToken cancellation = default) => throw new NotImplementedException();
}
