namespace Attribution.Worker.Stages.Requests;

/// <summary>Where a dataset of an experiment comes from.</summary>
internal sealed record DatasetSettings
{
    /// <summary>Its name in the experiment, unique there.</summary>
    public required string Name { get; init; }

    /// <summary>A file or a glob; a recipe may do without.</summary>
    public string? Path { get; init; }

    /// <inheritdoc cref="Data.DatasetOptions.Filter"/>
    public string? Filter { get; init; }

    /// <inheritdoc cref="Data.DatasetOptions.Take"/>
    public long? Take { get; init; }

    /// <inheritdoc cref="Data.DatasetOptions.Seed"/>
    public long? Seed { get; init; }

    /// <inheritdoc cref="Data.DatasetOptions.Format"/>
    public string? Format { get; init; }

    /// <inheritdoc cref="Data.DatasetOptions.TreatmentColumn"/>
    public string? TreatmentColumn { get; init; }

    /// <inheritdoc cref="Data.DatasetOptions.ControlColumn"/>
    public string? ControlColumn { get; init; }

    /// <summary>The recipe that makes the rows; null to read them from the file.</summary>
    public string? Recipe { get; init; }

    /// <summary>What the recipe is told besides, by the names of the item's metadata, such as <c>Level</c>.</summary>
    public Dictionary<string, string> Parameters { get; init; } = [];

    /// <summary>The trait that an evaluation set shows; read only where it is written from that.</summary>
    public string? Trait { get; init; }

    /// <summary>The file of held-out prompts of an evaluation set, or <see cref="ImportDatasetsStage.PromptsOfRecipe"/>; null without.</summary>
    public string? Prompts { get; init; }
}
