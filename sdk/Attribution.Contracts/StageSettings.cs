using System.Text.Json.Serialization;

namespace Attribution.Contracts;

/// <summary>
/// What every stage of an experiment is told: its request. A stage's own settings derive from it and hold what the stage reads and nothing else, so
/// that nothing else makes it run again; what is null is not read. Paths are absolute or relative to the current folder, which is the project's.
/// </summary>
/// <remarks>
/// A setting with a default has a setter: the generated reader of JSON makes <c>init</c> properties that the text leaves out zero or null, not their default.
/// </remarks>
public record StageSettings
{
    /// <summary>The stage's name, one of <see cref="StageNames"/>.</summary>
    [JsonPropertyOrder(-20), JsonRequired]
    public string Stage { get; init; } = "";

    /// <summary>The experiment's name, for people.</summary>
    [JsonPropertyOrder(-20)]
    public string Experiment { get; set; } = "";

    /// <summary>The artifact store.</summary>
    [JsonPropertyOrder(-20), JsonRequired]
    public string Store { get; init; } = "";

    /// <summary>The experiment's folder of results, lists of files and last requests.</summary>
    [JsonPropertyOrder(-20), JsonRequired]
    public string State { get; init; } = "";

    /// <summary>Where people find the results.</summary>
    [JsonPropertyOrder(-20), JsonRequired]
    public string Out { get; init; } = "";

    /// <summary>The stages whose results this one reads.</summary>
    [JsonPropertyOrder(-20)]
    public string[] Upstream { get; set; } = [];

    /// <summary>The experiment's own assemblies; null where the stage uses no class of them.</summary>
    [JsonPropertyOrder(20)]
    public PluginSettings[]? Plugins { get; set; }
}

/// <summary>An assembly with an experiment's own methods, judges or recipes.</summary>
/// <param name="Path">The file.</param>
/// <param name="Sha256">The hash of its content: a compilation that gives the same bytes changes no request.</param>
public sealed record PluginSettings(string Path, string? Sha256 = null);

/// <summary>What a stage that runs the model is told.</summary>
public abstract record ModelSettings : StageSettings
{
    /// <summary>The model: a folder, or a Hugging Face id, <c>org/name</c> or <c>org/name@revision</c>.</summary>
    [ProjectProperty("BaseModel", IsDerived = true, Default = "none, required"), JsonPropertyOrder(-10)]
    public required string Model { get; init; }

    /// <summary>What the model computes in: <c>float32</c> or <c>bfloat16</c>.</summary>
    [ProjectProperty("AttributionDType", OneOf = typeof(DTypeNames)), JsonPropertyOrder(-10)]
    public string Dtype { get; set; } = DTypeNames.Float32;

    /// <summary>For models without a chat template: <c>chatml</c>, <c>plain</c> or <c>alpaca</c>, which come along, or a file.</summary>
    [ProjectProperty("ChatTemplate", IsDerived = true, Default = "the model's own"), JsonPropertyOrder(-10)]
    public string? ChatTemplate { get; set; }

    /// <summary>Where and how; never part of a fingerprint.</summary>
    [JsonPropertyOrder(10)]
    public ExecutionSettings? Execution { get; set; }
}

/// <summary>What a stage that reads conversations with the model is told.</summary>
public abstract record ConversationSettings : ModelSettings
{
    /// <summary>Tokens kept of a conversation, the last ones.</summary>
    [ProjectProperty("MaxTokens", Least = 1), JsonPropertyOrder(-9)]
    public int MaxTokens { get; set; } = 1024;
}

/// <summary>What a stage that takes the loss of conversations is told.</summary>
public abstract record LossSettings : ConversationSettings
{
    /// <summary>
    /// Whose loss counts in a conversation of several answers: <c>last_turn</c>, the last one's, or <c>all_turns</c>. A message with <c>weight</c> 0 or
    /// <c>train</c> false never counts; where the chat template has <c>{% generation %}</c>, what is inside of it alone counts.
    /// </summary>
    /// <remarks>Null says <c>last_turn</c>, so that an experiment that names the default asks for what one asks that does not.</remarks>
    [ProjectProperty("Loss", OneOf = typeof(LossNames), Default = $"`{LossNames.LastTurn}`"), JsonPropertyOrder(-9)]
    public string? Loss { get; set => field = value == LossNames.LastTurn ? null : value; }
}

/// <summary>Where and how a model runs.</summary>
public sealed record ExecutionSettings
{
    /// <summary>The device of the model: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>. Another device takes the same results from the store.</summary>
    [ProjectProperty("Device", ChangesNoResult = true, Default = "the worker's choice")]
    public string? Device { get; set; }

    /// <summary>
    /// Padded tokens in one batch of the model on a GPU, and of cross-entropies; more needs more memory. The last bits of results depend on it.
    /// </summary>
    [ProjectProperty("TokenBudget", Least = 1, Default = "4096")]
    public int? TokenBudget { get; set; }

    /// <summary>
    /// The processes that compute a stage's blocks, adapters and evaluations together, each with the model in its memory. By itself it is one for each visible
    /// GPU; on a CPU one for each core while the model is small, else a single one. The environment variable <c>ATTRIBUTION_WORKERS</c> says it for a machine.
    /// </summary>
    [ProjectProperty("Workers", Least = 1, ChangesNoResult = true, Default = "as many as pay; 4 with Slurm")]
    public int? Workers { get; set; }

    /// <summary>
    /// Who runs the workers of a stage that uses the model: <c>local</c>, the build itself, or <c>slurm</c>, an array of a Slurm cluster.
    /// </summary>
    /// <remarks>Null says <c>local</c>.</remarks>
    [ProjectProperty("Executor", OneOf = typeof(ExecutorNames), ChangesNoResult = true, Default = $"`{ExecutorNames.Local}`")]
    public string? Executor { get; set => field = value == ExecutorNames.Local ? null : value; }

    /// <summary>What is asked of Slurm; null where it is asked nothing.</summary>
    public SlurmSettings? Slurm { get; set; }
}

/// <summary>A language model that judges or writes datasets.</summary>
public sealed record LlmSettings
{
    /// <summary>The folder of a model that answers in the worker's own process, instead of an endpoint; null for an endpoint.</summary>
    public string? Folder { get; set; }

    /// <summary>The model that judges, as its endpoint calls it; or a model's folder, which judges here without an endpoint.</summary>
    [ProjectProperty("JudgeModel", IsDerived = true)]
    public string? Model { get; set; } = "gpt-4.1-mini-2025-04-14";

    /// <summary>The address of the model that judges: any OpenAI-compatible service.</summary>
    [ProjectProperty("JudgeEndpoint", IsDerived = true)]
    public string? Endpoint { get; set; } = "https://api.openai.com/v1";

    /// <summary>The most calls at once; fewer while the service says it is asked too much.</summary>
    [ProjectProperty("JudgeConcurrency", Least = 1, ChangesNoResult = true)]
    public int? Concurrency { get; set; } = 50;

    /// <summary>The most tokens that one build may pay for. It stops before more would be spent; what was judged is kept.</summary>
    [ProjectProperty("JudgeBudgetTokens", Least = 1, ChangesNoResult = true, Default = "none")]
    public long? BudgetTokens { get; set; }

    /// <summary>Where a model of a folder runs.</summary>
    public ExecutionSettings? Execution { get; set; }
}
