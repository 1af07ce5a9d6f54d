namespace Attribution.Sdk.Experiments;

/// <summary>The properties and items of a project that selects training data, checked and typed. Paths are relative to the project or absolute.</summary>
internal sealed record Experiment
{
    /// <summary>The <c>ExperimentKind</c> of such a project.</summary>
    public const string Kind = "DataSelection";

    /// <summary>The judge that an evaluation set has unless it names another: the rules of its trait.</summary>
    public const string RuleJudge = "rules";

    /// <summary>The judge that is a language model.</summary>
    public const string LlmJudge = "llm";

    /// <summary>A form of the experiment whose results and snapshot are kept apart from those of the others; null for the one without a name.</summary>
    public string? Variant { get; init; }

    /// <summary>Where results are shown.</summary>
    public string OutputFolder => Of("out", Variant);

    /// <summary>The form in which vectors are kept unless the project names another.</summary>
    public const string DefaultVectorFormat = "parquet";

    /// <summary>Where the snapshot lies.</summary>
    public string SnapshotFolder => SnapshotsOf(Variant);

    public required string Name { get; init; }
    public required string Store { get; init; }
    public required string State { get; init; }

    /// <summary>The command that builds it as it is.</summary>
    public string Command { get; init; } = "";

    public required IReadOnlyList<Dataset> Train { get; init; }
    public required IReadOnlyList<Dataset> Eval { get; init; }
    public required IReadOnlyList<string> TrainMethods { get; init; }
    public required IReadOnlyList<string> EvalMethods { get; init; }
    public required IReadOnlyList<string> Baselines { get; init; }
    public Plugin? Plugin { get; init; }

    public required string BaseModel { get; init; }

    /// <summary>Null for every layer of the model.</summary>
    public required IReadOnlyList<int>? Layers { get; init; }

    public required int SelectionLayer { get; init; }
    public required string Projection { get; init; }
    public required int ProjectionDim { get; init; }
    public required long ProjectionSeed { get; init; }

    /// <summary>Null for every matrix of attention and feed-forward.</summary>
    public string? ProjectionLayers { get; init; }

    public required int MaxTokens { get; init; }

    /// <summary>Whose loss counts; null for the last turn's.</summary>
    public string? Loss { get; init; }

    /// <summary>A chat template instead of the model's own: a shipped one's name, or a file; null for the model's own.</summary>
    public string? ChatTemplate { get; init; }

    public required string DType { get; init; }
    public required string VectorFormat { get; init; }
    public string? Device { get; init; }
    public int? TokenBudget { get; init; }

    /// <summary>Whether the base model writes the controls that methods read and datasets lack.</summary>
    public bool GenerateControls { get; init; }

    /// <summary>A folder of system prompts for personas.</summary>
    public string? PersonaPrompts { get; init; }

    public required int TopK { get; init; }
    public required string ScoringMethod { get; init; }
    public required long Seed { get; init; }

    public required int LoraRank { get; init; }
    public required double LoraAlpha { get; init; }
    public required double LoraDropout { get; init; }
    public required IReadOnlyList<string> LoraTargets { get; init; }
    public required double LearningRate { get; init; }
    public required double WeightDecay { get; init; }
    public required int Epochs { get; init; }
    public required int BatchSize { get; init; }

    public required int JudgeRepeats { get; init; }
    public required double Temperature { get; init; }
    public required double TopP { get; init; }
    public required int MaxNewTokens { get; init; }
    public required double SnapshotTolerance { get; init; }

    /// <summary>The judging model; null where none judges.</summary>
    public required JudgingModel? Llm { get; init; }

    /// <summary>The same if it judges; null if it only writes datasets.</summary>
    public JudgingModel? JudgingLlm => Judged.Any(d => d.Judge == LlmJudge) ? Llm : null;

    /// <summary>The same if it writes datasets.</summary>
    public JudgingModel? WritingLlm => Train.Concat(Eval).Any(d => d.IsWritten) ? Llm : null;

    /// <summary>The evaluation sets whose answers are judged.</summary>
    public IEnumerable<Dataset> Judged => Eval.Where(d => d.Prompts is not null);

    /// <summary>Where the snapshot of a variant lies.</summary>
    public static string SnapshotsOf(string? variant) => Of("snapshots", variant);

    internal static string Of(string folder, string? variant) => string.IsNullOrEmpty(variant) ? folder : $"{folder}/{variant}";

    /// <summary>Whether the scores read vectors of the evaluation sets' controls.</summary>
    public bool ReadsEvalControls => ScoringMethod == "cos_sim_debias_eval" || TrainsProbe;

    /// <summary>Whether the scores come from a classifier, whose training has a seed.</summary>
    public bool TrainsProbe => ScoringMethod is "linear" or "mlp";
}
