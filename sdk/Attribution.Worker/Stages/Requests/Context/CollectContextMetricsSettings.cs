namespace Attribution.Worker.Stages.Requests.Context;

/// <summary>What <see cref="Stages.Context.CollectContextMetricsStage"/> is told.</summary>
internal sealed record CollectContextMetricsSettings : StageSettings
{
    public string[] Datasets { get; init; } = [];
}
