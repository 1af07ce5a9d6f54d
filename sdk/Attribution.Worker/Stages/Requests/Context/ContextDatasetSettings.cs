using Attribution.ContextAttribution.Examples;
using Attribution.Data;

namespace Attribution.Worker.Stages.Requests.Context;

/// <summary>A dataset of questions with contexts, as each stage is told of it.</summary>
internal sealed record ContextDatasetSettings
{
    /// <summary>Its name in the experiment, unique there.</summary>
    public required string Name { get; init; }

    /// <summary>A file or a glob.</summary>
    public string Path { get; init; } = "";

    /// <inheritdoc cref="DatasetOptions.Filter"/>
    public string? Filter { get; init; }

    /// <inheritdoc cref="DatasetOptions.Take"/>
    public long? Take { get; init; }

    /// <inheritdoc cref="DatasetOptions.Seed"/>
    public long? Seed { get; init; }

    /// <summary>The recipe that makes the rows; null to read them from the file's columns.</summary>
    public string? Recipe { get; init; }

    /// <inheritdoc cref="ContextColumns.Context"/>
    public string? ContextColumn { get; init; }

    /// <inheritdoc cref="ContextColumns.Query"/>
    public string? QueryColumn { get; init; }

    /// <inheritdoc cref="ContextColumns.Answer"/>
    public string? AnswerColumn { get; init; }

    /// <inheritdoc cref="ContextColumns.Truth"/>
    public string? TruthColumn { get; init; }

    /// <summary>Whether answers are attributed to the thoughts before them.</summary>
    public bool Thoughts { get; init; }

    /// <summary>The share of the examples that no estimator is trained on.</summary>
    public double HeldOut { get; init; }

    /// <summary>Which rows of which file.</summary>
    public DatasetOptions Options => new() { Path = Path, Filter = Filter, Take = Take, Seed = Seed };

    /// <summary>Which columns hold what.</summary>
    public ContextColumns Columns => new()
    {
        Context = ContextColumn ?? new ContextColumns().Context,
        Query = QueryColumn ?? new ContextColumns().Query,
        Answer = AnswerColumn,
        Truth = TruthColumn,
    };
}
