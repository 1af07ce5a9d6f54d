namespace Attribution.ContextAttribution;

/// <summary>Trains a <see cref="ScoreEstimator"/> to maximise the Pearson correlation over ablations between prediction and output.</summary>
public static class ScoreEstimatorTrainer
{
    /// <summary>Trains an estimator.</summary>
    /// <param name="examples">The examples, all with the model's F features and the same number of masks; those without a unit are left out and counted.</param>
    /// <param name="model">The model of the features.</param>
    /// <param name="options">How to train.</param>
    /// <param name="onStep">Called with each step's 0-based index and mean correlation.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    public static ScoreEstimator Train(
        IReadOnlyList<TaskFeatures> examples, ModelIdentity model, ScoreEstimatorOptions options, Action<int, double>? onStep = null,
        CancellationToken cancellation = default) => throw new NotImplementedException();
}
