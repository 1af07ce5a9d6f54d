using Attribution.ContextAttribution.Sources;

namespace Attribution.Worker.Stages.Requests.Context;

/// <summary>What a stage that ablates sources is told.</summary>
internal abstract record AblationSettings : ModelSettings
{
    public ContextDatasetSettings[] Datasets { get; init; } = [];

    /// <summary>The sources, by <see cref="SourceType"/> in lower case.</summary>
    public required string SourceType { get; init; }

    /// <summary>Random ablations per example.</summary>
    public int NumMasks { get; init; } = 32;

    /// <summary>The probability that an ablation keeps a source.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>Of the ablations, and of which examples are held out.</summary>
    public long Seed { get; init; }
}

/// <summary>What <see cref="Stages.Context.FeaturesAndOutputsStage"/> is told.</summary>
internal sealed record FeaturesAndOutputsSettings : AblationSettings;

/// <summary>What <see cref="Stages.Context.AttributeHeldOutStage"/> is told.</summary>
internal sealed record AttributeHeldOutSettings : AblationSettings
{
    /// <summary>The scorers, by name; <c>at2</c> is the estimator.</summary>
    public string[] Methods { get; init; } = [];
}
