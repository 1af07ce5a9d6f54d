namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="EvaluateStage"/> is told.</summary>
internal sealed record EvaluateSettings : ModelSettings
{
    public EvalSettings[] Eval { get; init; } = [];
    public GenerationSettings Generation { get; init; } = new();
}

/// <summary>How held-out prompts are answered, see <see cref="Evaluation.AnsweringOptions"/>.</summary>
internal sealed record GenerationSettings
{
    public int Repeats { get; init; } = 3;
    public double Temperature { get; init; } = 0.7;
    public double TopP { get; init; } = 0.9;
    public int MaxNewTokens { get; init; } = 1024;
    public long Seed { get; init; }
}
