using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Contracts.DataSelection;

/// <summary>The settings of ComputeAttribution.</summary>
public sealed record ComputeAttributionSettings : LossSettings
{
    /// <summary>The names of the training sets.</summary>
    public string[] Train { get; set; } = [];

    /// <summary>The names of the evaluation sets.</summary>
    public string[] Eval { get; set; } = [];

    /// <summary>The attribution methods for the training rows.</summary>
    public string[] TrainMethods { get; set; } = [];

    /// <summary>The attribution methods for the evaluation rows.</summary>
    public string[] EvalMethods { get; set; } = [];

    /// <summary>The baselines that score the training rows, from <see cref="BaselineNames.Scored"/>; null for none.</summary>
    public string[]? Baselines { get; set; }

    /// <summary>
    /// The 0-based index of the block whose residual stream gives the vectors; several as <c>18;19</c>; or <c>all</c>. More layers cost disk space, but hardly
    /// any time.
    /// </summary>
    [ProjectProperty("AttributionLayer", IsDerived = true, Default = "none, required",
        ReadBy = $"{StageNames.ComputeAttribution}, {StageNames.SelectTrainingData}")]
    public required LayerSelection Layers { get; init; }

    /// <summary>How weight gradients are projected; null if no method reads them.</summary>
    public ProjectionSettings? Projection { get; set; }

    /// <summary>How the warm-up of <c>less</c> trains; null if no method is <c>less</c>.</summary>
    public LessSettings? Less { get; set; }

    /// <summary>Whether the scoring method reads the control vectors of the evaluation sets.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EvalControls { get; set; }

    /// <summary>
    /// The file format of vectors: <c>parquet</c> (float32, read by any tool), <c>npy</c> (float32, the fastest to score), <c>npy-float16</c> (half the size, 3
    /// digits per component) or <c>int8</c> (a quarter of the size, 2 digits relative to the row's largest component). The last two store a scale per row.
    /// </summary>
    [ProjectProperty("VectorFormat", OneOf = typeof(VectorFormatNames))]
    public string VectorFormat { get; set; } = VectorFormatNames.Parquet;

    /// <summary>How missing controls are written; null if none are to be written.</summary>
    public ControlSettings? Controls { get; set; }

    /// <summary>How persona vectors are generated; null if no selection method is <c>persona_vector_gen</c>.</summary>
    public PersonaSettings? Persona { get; set; }

    /// <summary>The file that <c>persona_vector</c> reads.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset, Name = "PersonaVector")]
    public Dictionary<string, string>? PersonaVectors { get; set; }
}

/// <summary>The blocks of a model that vectors are computed at: a list of 0-based indices, or <c>"all"</c>.</summary>
/// <param name="Layers">The indices; null for all.</param>
[JsonConverter(typeof(Converter))]
public sealed record LayerSelection(int[]? Layers)
{
    /// <summary>The value that means every block, in a project and in a request.</summary>
    public const string All = "all";

    internal sealed class Converter : JsonConverter<LayerSelection>
    {
        public override LayerSelection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType != JsonTokenType.String ? new(JsonSerializer.Deserialize(ref reader, StageRequestJson.Context.Int32Array))
            : reader.GetString() == All ? new((int[]?)null)
            : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, LayerSelection value, JsonSerializerOptions options)
        {
            if (value.Layers is { } layers)
                JsonSerializer.Serialize(writer, layers, StageRequestJson.Context.Int32Array);
            else
                writer.WriteStringValue(All);
        }
    }
}

/// <summary>How weight gradients are projected.</summary>
public sealed record ProjectionSettings
{
    /// <summary>
    /// The random projection of the weight gradients for <c>trak</c>: <c>kronecker</c>, or <c>sparse</c>, the original pipeline's, which is many times slower.
    /// </summary>
    [ProjectProperty("Projection", OneOf = typeof(ProjectionNames), When = "with `trak`")]
    public string Kind { get; set; } = ProjectionNames.Kronecker;

    /// <summary>The length of a <c>trak</c> vector; a square number for <c>kronecker</c>.</summary>
    [ProjectProperty("ProjectionDim", Least = 1, When = "with `trak`")]
    public int Dimension { get; set; } = 4096;

    /// <summary>The seed of the projection, used together with the names of the matrices.</summary>
    [ProjectProperty("ProjectionSeed", When = "with `trak`")]
    public long Seed { get; set; }

    /// <summary>A regular expression that selects the matrices to use: those whose name contains a match, see below.</summary>
    [ProjectProperty("ProjectionLayers", Default = "every matrix of attention and feed-forward", When = "with `trak`")]
    public string? Layers { get; set; }
}

/// <summary>
/// The warm-up of <c>less</c>: an adapter trained on a share of the training rows, in the way that FineTune trains. It uses the first value of LearningRate,
/// LoraRank and Seeds.
/// </summary>
public sealed record LessSettings
{
    /// <summary>The share of the training rows that the warm-up of <c>less</c> trains on.</summary>
    [ProjectProperty("WarmUpShare", ExcludesLeast = true, Most = 1, When = "with `less`")]
    public double Share { get; set; } = 0.05;

    /// <summary>
    /// The number of passes over these rows in the warm-up. Each pass gives a checkpoint, and a vector has ProjectionDim components for each checkpoint.
    /// </summary>
    [ProjectProperty("WarmUpEpochs", Least = 1, When = "with `less`")]
    public int Epochs { get; set; } = 4;

    /// <inheritdoc cref="FineTuneSettings.Lora"/>
    public LoraSettings Lora { get; set; } = new();

    /// <inheritdoc cref="FineTuneSettings.LearningRates"/>
    public double LearningRate { get; set; } = 1e-4;

    /// <inheritdoc cref="FineTuneSettings.WeightDecay"/>
    public double WeightDecay { get; set; } = 0.01;

    /// <inheritdoc cref="FineTuneSettings.BatchSize"/>
    public int BatchSize { get; set; } = 4;

    /// <summary>The seed of the warm-up: it decides the rows and the training.</summary>
    public long Seed { get; set; }
}

/// <summary>How missing controls are written.</summary>
public sealed record ControlSettings
{
    /// <summary>
    /// <c>true</c>: where a method reads a control that a row lacks, the base model answers the row's prompt greedily, with at most MaxNewTokens tokens. The
    /// answers are kept.
    /// </summary>
    [ProjectProperty("GenerateControls"), JsonIgnore]
    public bool Generate { get; set; }

    /// <inheritdoc cref="GenerationSettings.MaxNewTokens"/>
    [ProjectProperty("MaxNewTokens", Least = 1)]
    public int MaxNewTokens { get; set; } = 1024;
}

/// <summary>How persona vectors are generated.</summary>
public sealed record PersonaSettings
{
    /// <summary>The trait of each evaluation set that has one, by the set's name.</summary>
    public Dictionary<string, string> Traits { get; set; } = [];

    /// <summary>
    /// A folder of system prompts for <c>persona_vector_gen</c>, with the files <c>TRAIT.positive.txt</c> and <c>TRAIT.negative.txt</c>, and further pairs as
    /// <c>TRAIT.2.positive.txt</c> and so on. They take precedence over
    /// <see href="../Attribution/Selection/Personas/Prompts">the built-in prompts of five traits</see>, which can be copied from the package's
    /// <c>worker/personas</c>.
    /// </summary>
    [ProjectProperty("PersonaPrompts", IsDerived = true, Default = "the built-in ones", When = "with `persona_vector_gen`")]
    public string? Prompts { get; set; }

    /// <summary>How answers are sampled; null for one greedy answer.</summary>
    public PersonaSamplingSettings? Sampling { get; set; }

    /// <inheritdoc cref="GenerationSettings.MaxNewTokens"/>
    [ProjectProperty("MaxNewTokens", Least = 1)]
    public int MaxNewTokens { get; set; } = 1024;
}

/// <summary>How the answers behind persona vectors are sampled.</summary>
public sealed record PersonaSamplingSettings
{
    /// <summary>The number of answers to each evaluation prompt under each system prompt. More than one require a <c>PersonaTemperature</c> above 0.</summary>
    [ProjectProperty("PersonaAnswers", Least = 1, When = "with `persona_vector_gen`")]
    public int Answers { get; set; } = 1;

    /// <summary>The sampling temperature of these answers, over all tokens. 0 decodes greedily; the paper of persona vectors samples at 1.</summary>
    [ProjectProperty("PersonaTemperature", When = "with `persona_vector_gen`")]
    public double Temperature { get; set; }

    /// <summary>The sampling seed. The same seed and prompts give the same answers.</summary>
    [ProjectProperty("PersonaSeed", When = "with a `PersonaTemperature`")]
    public long Seed { get; set; }
}
