namespace Attribution.Contracts.DataSelection;

/// <summary>The settings of Evaluate.</summary>
public sealed record EvaluateSettings : ConversationSettings
{
    /// <summary>The evaluation sets.</summary>
    public EvalSettings[] Eval { get; set; } = [];

    /// <inheritdoc cref="SelectTrainingDataSettings.Seeds"/>
    [ProjectProperty("Seeds", IsDerived = true)]
    public long[] Seeds { get; set; } = [0];

    /// <summary>How held-out prompts are answered; null if there are none.</summary>
    public GenerationSettings? Generation { get; set; }
}

/// <summary>How held-out prompts are answered.</summary>
public sealed record GenerationSettings
{
    /// <summary>The number of answers to each held-out prompt.</summary>
    [ProjectProperty("JudgeRepeats", Least = 1)]
    public int Repeats { get; set; } = 3;

    /// <summary>The sampling temperature; 0 always takes the likeliest token.</summary>
    [ProjectProperty("Temperature")]
    public double Temperature { get; set; } = 0.7;

    /// <summary>The nucleus of sampling: tokens are drawn from the likeliest ones that together have this probability.</summary>
    [ProjectProperty("TopP", ExcludesLeast = true, Most = 1)]
    public double TopP { get; set; } = 0.9;

    /// <summary>The length limit of an answer, in tokens. ComputeAttribution reads it with <c>persona_vector_gen</c> or GenerateControls.</summary>
    [ProjectProperty("MaxNewTokens", Least = 1)]
    public int MaxNewTokens { get; set; } = 1024;
}
