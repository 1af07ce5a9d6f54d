namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="CollectMetricsStage"/> is told.</summary>
internal sealed record CollectMetricsSettings : StageSettings
{
    public string[] Train { get; init; } = [];
    public EvalSettings[] Eval { get; init; } = [];
}
