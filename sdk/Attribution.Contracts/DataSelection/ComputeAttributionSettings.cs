using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Contracts.DataSelection;

/// <summary>What ComputeAttribution is told.</summary>
public sealed record ComputeAttributionSettings : LossSettings
{
    /// <summary>The names of the training sets.</summary>
    public string[] Train { get; set; } = [];

    /// <summary>The names of the evaluation sets.</summary>
    public string[] Eval { get; set; } = [];

    /// <summary>The methods of the training rows' vectors.</summary>
    public string[] TrainMethods { get; set; } = [];

    /// <summary>The methods of the evaluation rows' vectors.</summary>
    public string[] EvalMethods { get; set; } = [];

    /// <summary>The baselines that score the training rows, of <see cref="BaselineNames.Scored"/>; null for none.</summary>
    public string[]? Baselines { get; set; }

    /// <summary>
    /// The block whose residual stream gives the vectors, counted from 0; several as <c>18;19</c>; or <c>all</c>. More layers cost disk, hardly time.
    /// </summary>
    [ProjectProperty("AttributionLayer", IsDerived = true, Default = "none, required",
        ReadBy = $"{StageNames.ComputeAttribution}, {StageNames.SelectTrainingData}")]
    public required LayerSelection Layers { get; init; }

    /// <summary>How gradients of weights are projected; null where no method reads them.</summary>
    public ProjectionSettings? Projection { get; set; }

    /// <summary>How the warm-up of <c>less</c> trains; null where no method is <c>less</c>.</summary>
    public LessSettings? Less { get; set; }

    /// <summary>Whether the scoring method reads the control vectors of the evaluation sets.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EvalControls { get; set; }

    /// <summary>
    /// How vectors are kept: <c>parquet</c> (float32, read by any tool), <c>npy</c> (float32, the fastest to score), <c>npy-float16</c> (half of that;
    /// components to 3 digits) or <c>int8</c> (a quarter; to 2 digits of the row's largest). The last two have a scale per row.
    /// </summary>
    [ProjectProperty("VectorFormat", OneOf = typeof(VectorFormatNames))]
    public string VectorFormat { get; set; } = VectorFormatNames.Parquet;

    /// <summary>How controls that are missing are written; null where none is to be written.</summary>
    public ControlSettings? Controls { get; set; }

    /// <summary>How persona vectors are generated; null where no selection method is <c>persona_vector_gen</c>.</summary>
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
    /// <summary>What a project and a request write for every block.</summary>
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

/// <summary>How gradients of weights are projected.</summary>
public sealed record ProjectionSettings
{
    /// <summary>
    /// How <c>trak</c> projects the gradients of the weights: <c>kronecker</c>, or <c>sparse</c>, the original pipeline's, many times as slow.
    /// </summary>
    [ProjectProperty("Projection", OneOf = typeof(ProjectionNames), When = "with `trak`")]
    public string Kind { get; set; } = ProjectionNames.Kronecker;

    /// <summary>Numbers of a <c>trak</c> vector; a square number for <c>kronecker</c>.</summary>
    [ProjectProperty("ProjectionDim", Least = 1, When = "with `trak`")]
    public int Dimension { get; set; } = 4096;

    /// <summary>The seed of the projection, together with the names of the matrices.</summary>
    [ProjectProperty("ProjectionSeed", When = "with `trak`")]
    public long Seed { get; set; }

    /// <summary>A regular expression: the matrices in whose names it is found take part, see below.</summary>
    [ProjectProperty("ProjectionLayers", Default = "every matrix of attention and feed-forward", When = "with `trak`")]
    public string? Layers { get; set; }
}

/// <summary>
/// The warm-up of <c>less</c>: an adapter trained on a share of the training rows, as FineTune trains; of LearningRate, LoraRank and Seeds, where they are
/// lists, with the first value.
/// </summary>
public sealed record LessSettings
{
    /// <summary>The share of the training rows that the warm-up of <c>less</c> trains on.</summary>
    [ProjectProperty("WarmUpShare", Most = 1, When = "with `less`")]
    public double Share { get; set; } = 0.05;

    /// <summary>Passes of the warm-up over them, each of which leaves a checkpoint: vectors have ProjectionDim numbers of each.</summary>
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

    /// <summary>Decides which rows the warm-up trains on, and its training.</summary>
    public long Seed { get; set; }
}

/// <summary>How controls that are missing are written.</summary>
public sealed record ControlSettings
{
    /// <summary>
    /// <c>true</c>: the base model answers (greedily, with MaxNewTokens at most) the prompts of rows that lack a control where a method reads one; the answers
    /// are kept.
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
    /// <summary>The trait of each evaluation set that has one.</summary>
    public Dictionary<string, string> Traits { get; set; } = [];

    /// <summary>
    /// A folder of system prompts, <c>TRAIT.positive.txt</c> and <c>TRAIT.negative.txt</c>, for <c>persona_vector_gen</c>; they go before
    /// <see href="../Attribution/Selection/Personas/Prompts">those of the five traits that come along</see>, which lie in the package's
    /// <c>worker/personas</c> to be copied.
    /// </summary>
    [ProjectProperty("PersonaPrompts", IsDerived = true, Default = "those that come along", When = "with `persona_vector_gen`")]
    public string? Prompts { get; set; }

    /// <inheritdoc cref="GenerationSettings.MaxNewTokens"/>
    [ProjectProperty("MaxNewTokens", Least = 1)]
    public int MaxNewTokens { get; set; } = 1024;
}
