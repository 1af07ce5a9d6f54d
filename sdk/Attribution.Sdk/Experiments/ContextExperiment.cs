namespace Attribution.Sdk.Experiments;

/// <summary>The properties and items of a project that attributes answers to their contexts, checked and typed.</summary>
internal sealed record ContextExperiment
{
    /// <summary>The <c>ExperimentKind</c> of such a project.</summary>
    public const string Kind = "ContextAttribution";

    /// <summary>The trained estimator, as a method.</summary>
    public const string Estimator = "at2";

    public required string Name { get; init; }

    /// <summary>The form of the experiment; null for the one without a name.</summary>
    public string? Variant { get; init; }

    /// <inheritdoc cref="Experiment.Command"/>
    public string Command { get; init; } = "";

    public required string Store { get; init; }
    public required string State { get; init; }
    public required IReadOnlyList<ContextDataset> Datasets { get; init; }

    /// <summary>What the estimator is compared with.</summary>
    public required IReadOnlyList<string> Baselines { get; init; }

    public required string BaseModel { get; init; }
    public required string DType { get; init; }

    /// <inheritdoc cref="Experiment.ChatTemplate"/>
    public string? ChatTemplate { get; init; }

    public string? Device { get; init; }
    public int? TokenBudget { get; init; }
    public required int MaxNewTokens { get; init; }

    /// <summary>What held-out answers are attributed to.</summary>
    public required string SourceType { get; init; }

    /// <summary>What is ablated to train the estimator.</summary>
    public required string TrainingSourceType { get; init; }

    public required int NumMasks { get; init; }
    public required double Alpha { get; init; }
    public required int Steps { get; init; }
    public required double LearningRate { get; init; }
    public required int BatchSize { get; init; }
    public required long Seed { get; init; }
    public required double SnapshotTolerance { get; init; }

    /// <inheritdoc cref="Experiment.OutputFolder"/>
    public string OutputFolder => Experiment.Of("out", Variant);

    /// <inheritdoc cref="Experiment.SnapshotFolder"/>
    public string SnapshotFolder => Experiment.SnapshotsOf(Variant);
}
