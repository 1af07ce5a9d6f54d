namespace Attribution.Contracts.DataSelection;

/// <summary>What ImportDatasets is told.</summary>
public sealed record ImportDatasetsSettings : StageSettings
{
    /// <summary>The training sets.</summary>
    public DatasetSettings[] Train { get; set; } = [];

    /// <summary>The evaluation sets.</summary>
    public DatasetSettings[] Eval { get; set; } = [];

    /// <summary>The model that writes datasets; null where no recipe has one written.</summary>
    public LlmSettings? Llm { get; set; }
}

/// <summary>Where a dataset of an experiment comes from.</summary>
public sealed record DatasetSettings
{
    /// <summary>Instead of a file of held-out prompts: those that the recipe holds out.</summary>
    public const string PromptsOfRecipe = "recipe";

    /// <summary>What results and folders under <c>out/</c> call it; without it the file's name without extension.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public required string Name { get; init; }

    /// <summary>A file or a glob; a recipe may do without.</summary>
    public string? Path { get; set; }

    /// <summary>A SQL predicate over the file's columns: the rows to use.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public string? Filter { get; set; }

    /// <summary>How many rows to use: the first ones, or with <c>Seed</c> a sample.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public long? Take { get; set; }

    /// <summary>Makes what <c>Take</c> takes a sample.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public long? Seed { get; set; }

    /// <summary>
    /// How the file keeps conversations, where its columns are those of <see href="../docs/your-own.md#other-columns">several formats</see>: <c>messages</c>,
    /// <c>sharegpt</c>, <c>prompt_completion</c>, <c>alpaca</c>, <c>preference</c>.
    /// </summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public string? Format { get; set; }

    /// <summary>Instead of <c>Format</c>: the column of treatments, conversations or answers to <c>prompt</c>.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public string? TreatmentColumn { get; set; }

    /// <summary>Beside <c>TreatmentColumn</c>: the column of controls.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public string? ControlColumn { get; set; }

    /// <summary>What makes conversations of the rows: a recipe that comes along, or the project's own.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public string? Recipe { get; set; }

    /// <summary>What the recipe is told besides, by <see cref="RecipeParameterNames"/>; null for nothing.</summary>
    public Dictionary<string, string>? Parameters { get; set; }

    /// <summary>The behaviour's name.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset)]
    public string? Trait { get; set; }

    /// <summary>A file of held-out prompts, whose answers are judged; or <c>recipe</c> for those that the recipe holds out.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset)]
    public string? Prompts { get; set; }
}
