using System.Text.Json.Serialization;
using Attribution.Contracts.DataSelection;

namespace Attribution.Contracts.ContextAttribution;

/// <summary>The settings of a stage that ablates sources.</summary>
public abstract record AblationSettings : ModelSettings
{
    /// <summary>The datasets.</summary>
    [JsonPropertyOrder(-5)]
    public ContextDatasetSettings[] Datasets { get; set; } = [];

    /// <summary>The kind of source, one of <see cref="SourceTypeNames"/>.</summary>
    public abstract string SourceType { get; set; }

    /// <summary>
    /// Where sentences end, apart from full stops: <c>paragraph</c>, at blank lines, headings and list items; <c>lines</c>, at every line break, without the
    /// pieces that have no letter, as in the code of AT2's authors.
    /// </summary>
    /// <remarks>Null means <c>paragraph</c>.</remarks>
    [ProjectProperty("SentenceRule", OneOf = typeof(SentenceRuleNames), Default = $"`{SentenceRuleNames.Paragraph}`")]
    public string? SentenceRule { get; set => field = value == SentenceRuleNames.Paragraph ? null : value; }

    /// <summary>
    /// The attention that AT2 and <c>mean_attention</c> read: <c>true</c>, the model's own; <c>at2</c>, the attention that the code of AT2's authors computes,
    /// which ignores sliding windows and query scaling and so differs for Gemma, Phi-3 and Mistral models.
    /// </summary>
    /// <remarks>Null means <c>true</c>.</remarks>
    [ProjectProperty("AttentionFeatures", OneOf = typeof(AttentionFeatureNames), Default = $"`{AttentionFeatureNames.True}`")]
    public string? AttentionFeatures { get; set => field = value == AttentionFeatureNames.True ? null : value; }

    /// <summary>The number of random ablations of each example.</summary>
    [ProjectProperty("NumMasks", Least = 2)]
    public int NumMasks { get; set; } = 32;

    /// <summary>The probability that an ablation keeps a source.</summary>
    [ProjectProperty("Alpha", ExcludesLeast = true, Most = 1, ExcludesMost = true)]
    public double Alpha { get; set; } = 0.5;

    /// <inheritdoc cref="BuildSettings.Seed"/>
    [ProjectProperty("Seed")]
    public long Seed { get; set; }
}

/// <summary>The settings of FeaturesAndOutputs.</summary>
public sealed record FeaturesAndOutputsSettings : AblationSettings
{
    /// <summary>The kind of source that is ablated to train the estimator: <c>token</c>, <c>word</c>, <c>sentence</c> or <c>document</c>.</summary>
    [ProjectProperty("TrainingSourceType", OneOf = typeof(SourceTypeNames)), JsonPropertyOrder(-4)]
    public override string SourceType { get; set; } = SourceTypeNames.Token;
}

/// <summary>The settings of AttributeHeldOut.</summary>
public sealed record AttributeHeldOutSettings : AblationSettings
{
    /// <summary>The kind of source that held-out answers are attributed to: <c>token</c>, <c>word</c>, <c>sentence</c> or <c>document</c>.</summary>
    [ProjectProperty("SourceType", OneOf = typeof(SourceTypeNames)), JsonPropertyOrder(-4)]
    public override string SourceType { get; set; } = SourceTypeNames.Sentence;

    /// <summary>The names of the scorers; <c>at2</c> is the estimator.</summary>
    [JsonPropertyOrder(5)]
    public string[] Methods { get; set; } = [];
}
