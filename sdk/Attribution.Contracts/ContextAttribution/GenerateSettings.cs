using System.Text.Json.Serialization;
using Attribution.Contracts.DataSelection;

namespace Attribution.Contracts.ContextAttribution;

/// <summary>The settings of Generate.</summary>
public sealed record GenerateSettings : ModelSettings
{
    /// <summary>The datasets.</summary>
    public ContextDatasetSettings[] Datasets { get; set; } = [];

    /// <inheritdoc cref="GenerationSettings.MaxNewTokens"/>
    [ProjectProperty("MaxNewTokens", Least = 1)]
    public int MaxNewTokens { get; set; } = 512;
}

/// <summary>A dataset of questions with contexts.</summary>
public sealed record ContextDatasetSettings
{
    /// <summary>Its name in the experiment, unique there.</summary>
    public required string Name { get; init; }

    /// <summary>A file or a glob; null if the stage reads Generate's output.</summary>
    public string? Path { get; set; }

    /// <inheritdoc cref="DatasetSettings.Filter"/>
    public string? Filter { get; set; }

    /// <inheritdoc cref="DatasetSettings.Take"/>
    public long? Take { get; set; }

    /// <inheritdoc cref="DatasetSettings.Seed"/>
    public long? Seed { get; set; }

    /// <summary>The recipe that makes the rows; null to read them from the file's columns.</summary>
    public string? Recipe { get; set; }

    /// <summary>The column of the context, a text or a list of texts; <c>context</c> unless set.</summary>
    [ItemMetadata(ProjectItemNames.ContextDataset)]
    public string? ContextColumn { get; set; }

    /// <summary>The column of the question; <c>query</c> unless set.</summary>
    [ItemMetadata(ProjectItemNames.ContextDataset)]
    public string? QueryColumn { get; set; }

    /// <summary>The column of answers to attribute instead of the model's own.</summary>
    [ItemMetadata(ProjectItemNames.ContextDataset)]
    public string? AnswerColumn { get; set; }

    /// <summary>
    /// The text of the context that the answer is known to come from, or a list of such texts, one for each sentence of the answer. It is read only to measure
    /// how often a method ranks it first.
    /// </summary>
    [ItemMetadata(ProjectItemNames.ContextDataset)]
    public string? TruthColumn { get; set; }

    /// <summary>
    /// <c>true</c>: attribute the final answers of a reasoning model to its thoughts, which end with <c>&lt;/think></c>. Rows then need no context.
    /// </summary>
    [ItemMetadata(ProjectItemNames.ContextDataset), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Thoughts { get; set; }

    /// <summary>
    /// The share of the examples that the estimator is not trained on, drawn with Seed: <c>0</c> for none, <c>1</c> for all. A ContextDataset may set its own.
    /// </summary>
    [ProjectProperty("HeldOut", Most = 1, IsDerived = true, ReadBy = $"{StageNames.FeaturesAndOutputs}, {StageNames.AttributeHeldOut}"),
        ItemMetadata(ProjectItemNames.ContextDataset)]
    public double? HeldOut { get; set; } = 0.2;
}
