namespace Attribution.Contracts.DataSelection;

/// <summary>What Judge is told.</summary>
public sealed record JudgeSettings : StageSettings
{
    /// <summary>The evaluation sets that have held-out prompts.</summary>
    public EvalSettings[] Eval { get; set; } = [];

    /// <summary>The judging model; null where none judges.</summary>
    public LlmSettings? Llm { get; set; }
}

/// <summary>What CollectMetrics is told.</summary>
public sealed record CollectMetricsSettings : StageSettings
{
    /// <summary>The evaluation sets.</summary>
    public EvalSettings[] Eval { get; set; } = [];
}
