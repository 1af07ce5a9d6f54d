using System.Text.Json.Serialization;
using Attribution.Contracts.DataSelection;

namespace Attribution.Contracts.ContextAttribution;

/// <summary>What a stage that ablates sources is told.</summary>
public abstract record AblationSettings : ModelSettings
{
    /// <summary>The datasets.</summary>
    [JsonPropertyOrder(-5)]
    public ContextDatasetSettings[] Datasets { get; set; } = [];

    /// <summary>The sources, one of <see cref="SourceTypeNames"/>.</summary>
    public abstract string SourceType { get; set; }

    /// <summary>Random ablations of each example.</summary>
    [ProjectProperty("NumMasks", Least = 2)]
    public int NumMasks { get; set; } = 32;

    /// <summary>The probability that an ablation keeps a source.</summary>
    [ProjectProperty("Alpha", Most = 1)]
    public double Alpha { get; set; } = 0.5;

    /// <inheritdoc cref="BuildSettings.Seed"/>
    [ProjectProperty("Seed")]
    public long Seed { get; set; }
}

/// <summary>What FeaturesAndOutputs is told.</summary>
public sealed record FeaturesAndOutputsSettings : AblationSettings
{
    /// <summary>What is ablated to train the estimator: <c>token</c>, <c>word</c>, <c>sentence</c> or <c>document</c>.</summary>
    [ProjectProperty("TrainingSourceType", OneOf = typeof(SourceTypeNames)), JsonPropertyOrder(-4)]
    public override string SourceType { get; set; } = SourceTypeNames.Token;
}

/// <summary>What AttributeHeldOut is told.</summary>
public sealed record AttributeHeldOutSettings : AblationSettings
{
    /// <summary>What held-out answers are attributed to: <c>token</c>, <c>word</c>, <c>sentence</c> or <c>document</c>.</summary>
    [ProjectProperty("SourceType", OneOf = typeof(SourceTypeNames)), JsonPropertyOrder(-4)]
    public override string SourceType { get; set; } = SourceTypeNames.Sentence;

    /// <summary>The scorers, by name; <c>at2</c> is the estimator.</summary>
    [JsonPropertyOrder(5)]
    public string[] Methods { get; set; } = [];
}
