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

    /// <summary>
    /// The wall times in the event files for TensorBoard: `real`, when a step was trained, or `step`, a second per step, so that the files of equal curves have
    /// equal bytes.
    /// </summary>
    [ProjectProperty("TensorBoardTimes", OneOf = typeof(TensorBoardTimesNames))]
    public string TensorBoardTimes { get; set; } = TensorBoardTimesNames.Real;
}
