using Attribution.Contracts.DataSelection;

namespace Attribution.Contracts.ContextAttribution;

/// <summary>The settings of TrainEstimator.</summary>
public sealed record TrainEstimatorSettings : StageSettings
{
    /// <summary>The names of the datasets.</summary>
    public string[] Datasets { get; set; } = [];

    /// <summary>The number of training steps of the estimator.</summary>
    [ProjectProperty("Steps", Least = 1)]
    public int Steps { get; set; } = 1000;

    /// <inheritdoc cref="FineTuneSettings.LearningRates"/>
    [ProjectProperty("LearningRate", ExcludesLeast = true)]
    public double LearningRate { get; set; } = 1e-3;

    /// <inheritdoc cref="FineTuneSettings.BatchSize"/>
    [ProjectProperty("BatchSize", Least = 1)]
    public int BatchSize { get; set; } = 512;

    /// <inheritdoc cref="BuildSettings.Seed"/>
    [ProjectProperty("Seed")]
    public long Seed { get; set; }
}

/// <summary>The settings of CollectMetrics in context attribution: only those that every stage has.</summary>
public sealed record CollectContextMetricsSettings : StageSettings;
