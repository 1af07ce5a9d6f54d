namespace Attribution.Sdk.Experiments;

/// <summary>The properties and items of a project that selects training data, checked and typed. Paths are relative to the project or absolute.</summary>
internal sealed record Experiment
{
    /// <summary>The <c>ExperimentKind</c> of such a project.</summary>
    public const string Kind = "DataSelection";

    /// <summary>The judge that an evaluation set has unless it names another: the rules of its trait.</summary>
    public const string RuleJudge = "rules";

    /// <summary>Where results are shown.</summary>
    public const string OutputFolder = "out";

    /// <summary>Where the snapshot lies.</summary>
    public const string SnapshotFolder = "snapshots";

    public required string Name { get; init; }
    public required string Store { get; init; }
    public required string State { get; init; }

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
    public required int MaxTokens { get; init; }
    public required string DType { get; init; }
    public string? Device { get; init; }
    public int? TokenBudget { get; init; }

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

    /// <summary>Whether the scores read vectors of the evaluation sets' controls.</summary>
    public bool ReadsEvalControls => ScoringMethod == "cos_sim_debias_eval";
}
