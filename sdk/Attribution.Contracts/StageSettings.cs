using System.Text.Json.Serialization;

namespace Attribution.Contracts;

/// <summary>
/// The settings that every stage of an experiment gets: its request. A stage's own settings derive from it. They contain exactly what the stage reads, so that
/// nothing else makes it run again; null means that the stage does not read the setting. Paths are absolute, or relative to the current folder, which is the
/// project's.
/// </summary>
/// <remarks>
/// A setting with a default has a setter, because the source-generated JSON reader sets <c>init</c> properties that are missing from the text to zero or null,
/// not to their default.
/// </remarks>
public record StageSettings
{
    /// <summary>The stage's name, one of <see cref="StageNames"/>.</summary>
    [JsonPropertyOrder(-20), JsonRequired]
    public string Stage { get; init; } = "";

    /// <summary>The experiment's name, for display.</summary>
    [JsonPropertyOrder(-20)]
    public string Experiment { get; set; } = "";

    /// <summary>The folder of the artifact store.</summary>
    [JsonPropertyOrder(-20), JsonRequired]
    public string Store { get; init; } = "";

    /// <summary>
    /// A store elsewhere that is asked before anything is computed: <c>s3://bucket/prefix</c>, or a folder. It is only read;
    /// <c>attribution store push</c> fills it.
    /// </summary>
    [ProjectProperty("AttributionRemote", ChangesNoResult = true, Default = "none", ReadBy = "all"), JsonPropertyOrder(-20)]
    public string? Remote { get; set; }

    /// <summary>The folder of the experiment's state: results, file lists and last requests.</summary>
    [JsonPropertyOrder(-20), JsonRequired]
    public string State { get; init; } = "";

    /// <summary>The folder for the results that people read.</summary>
    [JsonPropertyOrder(-20), JsonRequired]
    public string Out { get; init; } = "";

    /// <summary>The stages whose results this one reads.</summary>
    [JsonPropertyOrder(-20)]
    public string[] Upstream { get; set; } = [];

    /// <summary>The experiment's own assemblies; null if the stage uses no class from them.</summary>
    [JsonPropertyOrder(20)]
    public PluginSettings[]? Plugins { get; set; }
}

/// <summary>An assembly with the experiment's own methods, judges or recipes.</summary>
/// <param name="Path">The assembly's file.</param>
/// <param name="Sha256">The hash of its content and that of the assemblies beside it. A compilation that produces the same bytes changes no request.</param>
public sealed record PluginSettings(string Path, string? Sha256 = null);

/// <summary>The settings of a stage that runs the model.</summary>
public abstract record ModelSettings : StageSettings
{
    /// <summary>The model: a folder, or a Hugging Face id <c>org/name</c> or <c>org/name@revision</c>.</summary>
    [ProjectProperty("BaseModel", IsDerived = true, Default = "none, required"), JsonPropertyOrder(-10)]
    public required string Model { get; init; }

    /// <summary>The number format that the model computes in: <c>float32</c> or <c>bfloat16</c>.</summary>
    [ProjectProperty("AttributionDType", OneOf = typeof(DTypeNames)), JsonPropertyOrder(-10)]
    public string Dtype { get; set; } = DTypeNames.Float32;

    /// <summary>The chat template for a model that has none: the built-in <c>chatml</c>, <c>plain</c> or <c>alpaca</c>, or a file.</summary>
    [ProjectProperty("ChatTemplate", IsDerived = true, Default = "the model's own"), JsonPropertyOrder(-10)]
    public string? ChatTemplate { get; set; }

    /// <summary>Where and how the model runs; never part of a fingerprint.</summary>
    [JsonPropertyOrder(10)]
    public ExecutionSettings? Execution { get; set; }
}

/// <summary>The settings of a stage that runs the model on conversations.</summary>
public abstract record ConversationSettings : ModelSettings
{
    /// <summary>The number of tokens to keep of a conversation. A longer conversation keeps its last tokens.</summary>
    [ProjectProperty("MaxTokens", Least = 1), JsonPropertyOrder(-9)]
    public int MaxTokens { get; set; } = 1024;
}

/// <summary>The settings of a stage that computes the loss of conversations.</summary>
public abstract record LossSettings : ConversationSettings
{
    /// <summary>
    /// The answers of a multi-turn conversation that count in the loss: <c>last_turn</c>, the last answer, or <c>all_turns</c>. A message with <c>weight</c> 0
    /// or <c>train</c> false never counts. If the chat template has <c>{% generation %}</c>, only the text inside it counts.
    /// </summary>
    /// <remarks>Null means <c>last_turn</c>, so that an experiment that sets the default makes the same request as one that leaves it out.</remarks>
    [ProjectProperty("Loss", OneOf = typeof(LossNames), Default = $"`{LossNames.LastTurn}`"), JsonPropertyOrder(-9)]
    public string? Loss { get; set => field = value == LossNames.LastTurn ? null : value; }
}

/// <summary>Where and how a model runs.</summary>
public sealed record ExecutionSettings
{
    /// <summary>
    /// The device that the model runs on: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>. Results in the store are used whatever device computed them.
    /// </summary>
    [ProjectProperty("Device", ChangesNoResult = true, Default = "the worker's choice")]
    public string? Device { get; set; }

    /// <summary>
    /// The GPUs to use, with one worker on each: <c>cuda:0;cuda:1</c>; or <c>cpu</c>. They count from 0 among those that <c>CUDA_VISIBLE_DEVICES</c> shows, and
    /// each worker sees only its own. Set it instead of <c>Device</c>; <c>Workers</c> may be left out, else it must be their number.
    /// </summary>
    [ProjectProperty("Devices", ChangesNoResult = true, Default = "every visible GPU")]
    public string[]? Devices { get; set; }

    /// <summary>
    /// The number of padded tokens in one batch of the model on a GPU, and in one batch of cross-entropies. A larger number needs more memory. The last bits of
    /// results depend on it.
    /// </summary>
    [ProjectProperty("TokenBudget", Least = 1, Default = "4096")]
    public int? TokenBudget { get; set; }

    /// <summary>
    /// The number of processes that share a stage's blocks, adapters and evaluations, each with the model in its own memory. The default is one for each
    /// visible GPU; on a CPU, one for each core if the model is small, else one. The environment variable <c>ATTRIBUTION_WORKERS</c> sets it for a machine.
    /// </summary>
    [ProjectProperty("Workers", Least = 1, ChangesNoResult = true, Default = "as many as pay off; 4 with Slurm")]
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
    /// <summary>The folder of a model that answers in the worker's own process; null to use an endpoint.</summary>
    public string? Folder { get; set; }

    /// <summary>
    /// The judging model, by the name that the endpoint knows it by; or the folder of a model, which then judges in the worker without an endpoint.
    /// </summary>
    [ProjectProperty("JudgeModel", IsDerived = true)]
    public string? Model { get; set; } = "gpt-4.1-mini-2025-04-14";

    /// <summary>The address of the judging model: any OpenAI-compatible service.</summary>
    [ProjectProperty("JudgeEndpoint", IsDerived = true)]
    public string? Endpoint { get; set; } = "https://api.openai.com/v1";

    /// <summary>The greatest number of calls at the same time. It falls while the service reports too many requests.</summary>
    [ProjectProperty("JudgeConcurrency", Least = 1, ChangesNoResult = true)]
    public int? Concurrency { get; set; } = 50;

    /// <summary>
    /// The greatest number of tokens that a stage may pay for in one build: Judge, and ImportDatasets if it writes rows. The build stops before it would spend
    /// more; what was answered is kept.
    /// </summary>
    [ProjectProperty("JudgeBudgetTokens", Least = 1, ChangesNoResult = true, Default = "none")]
    public long? BudgetTokens { get; set; }

    /// <summary>Where a model that was loaded from a folder runs.</summary>
    public ExecutionSettings? Execution { get; set; }
}
