namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="JudgeStage"/> is told.</summary>
internal sealed record JudgeSettings : StageSettings
{
    public EvalSettings[] Eval { get; init; } = [];

    /// <summary>The judging model, where one judges.</summary>
    public LlmSettings? Llm { get; init; }
}

/// <summary>A judging model.</summary>
internal sealed record LlmSettings
{
    /// <summary>Its name at the endpoint.</summary>
    public string Model { get; init; } = Judging.Chat.ChatOptions.DefaultModel;

    /// <summary>The endpoint's address; OpenAI's own if null.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The folder of a model that judges in this process, instead of an endpoint.</summary>
    public string? Folder { get; init; }

    /// <summary>The most calls at once.</summary>
    public int? Concurrency { get; init; }

    /// <summary>The most tokens to pay for in one build.</summary>
    public long? BudgetTokens { get; init; }

    /// <summary>Where a model of a folder runs.</summary>
    public ExecutionSettings Execution { get; init; } = new();
}
