namespace Attribution.Contracts.DataSelection;

/// <summary>The settings of Judge.</summary>
public sealed record JudgeSettings : StageSettings
{
    /// <summary>The evaluation sets that have held-out prompts.</summary>
    public EvalSettings[] Eval { get; set; } = [];

    /// <summary>The judging model; null if no model judges.</summary>
    public LlmSettings? Llm { get; set; }
}

/// <summary>The settings of CollectMetrics.</summary>
public sealed record CollectMetricsSettings : StageSettings
{
    /// <summary>The evaluation sets.</summary>
    public EvalSettings[] Eval { get; set; } = [];
}
