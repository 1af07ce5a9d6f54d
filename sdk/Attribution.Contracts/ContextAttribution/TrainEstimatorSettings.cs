using Attribution.Contracts.DataSelection;

namespace Attribution.Contracts.ContextAttribution;

/// <summary>What TrainEstimator is told.</summary>
public sealed record TrainEstimatorSettings : StageSettings
{
    /// <summary>The names of the datasets.</summary>
    public string[] Datasets { get; set; } = [];

    /// <summary>The steps of the estimator's training.</summary>
    [ProjectProperty("Steps", Least = 1)]
    public int Steps { get; set; } = 1000;

    /// <inheritdoc cref="FineTuneSettings.LearningRates"/>
    [ProjectProperty("LearningRate")]
    public double LearningRate { get; set; } = 1e-3;

    /// <inheritdoc cref="FineTuneSettings.BatchSize"/>
    [ProjectProperty("BatchSize", Least = 1)]
    public int BatchSize { get; set; } = 512;

    /// <inheritdoc cref="BuildSettings.Seed"/>
    [ProjectProperty("Seed")]
    public long Seed { get; set; }
}

/// <summary>What CollectMetrics is told in context attribution: no more than every stage is.</summary>
public sealed record CollectContextMetricsSettings : StageSettings;
