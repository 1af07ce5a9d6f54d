namespace Attribution.Worker.Stages.Requests.Context;

/// <summary>What <see cref="Stages.Context.TrainEstimatorStage"/> is told.</summary>
internal sealed record TrainEstimatorSettings : StageSettings
{
    public string[] Datasets { get; init; } = [];
    public int Steps { get; init; } = 1000;
    public double LearningRate { get; init; } = 1e-3;
    public int BatchSize { get; init; } = 512;
    public long Seed { get; init; }
}
