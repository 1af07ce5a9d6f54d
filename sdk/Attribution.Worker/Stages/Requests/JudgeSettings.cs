namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="JudgeStage"/> is told.</summary>
internal sealed record JudgeSettings : StageSettings
{
    public EvalSettings[] Eval { get; init; } = [];
}
