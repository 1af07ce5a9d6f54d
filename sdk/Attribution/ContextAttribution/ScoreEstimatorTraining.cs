namespace Attribution.ContextAttribution;

/// <summary>How an estimator came to be.</summary>
/// <param name="Options">The options of the training.</param>
/// <param name="ExampleCount">Examples that were trained on.</param>
/// <param name="ExcludedCount">Examples left out because they have no target unit.</param>
/// <param name="UnitCount">Units of the examples trained on.</param>
/// <param name="MaskCount">Ablations of every example.</param>
/// <param name="Correlation">The mean Pearson correlation over all units of the examples trained on, after training.</param>
public sealed record ScoreEstimatorTraining(
    ScoreEstimatorOptions Options, int ExampleCount, int ExcludedCount, int UnitCount, int MaskCount, double Correlation);
