namespace Attribution.Contracts.DataSelection;

/// <summary>The settings of ImportDatasets.</summary>
public sealed record ImportDatasetsSettings : StageSettings
{
    /// <summary>The training sets.</summary>
    public DatasetSettings[] Train { get; set; } = [];

    /// <summary>The evaluation sets.</summary>
    public DatasetSettings[] Eval { get; set; } = [];

    /// <summary>The model that writes datasets; null if no recipe needs one.</summary>
    public LlmSettings? Llm { get; set; }
}

/// <summary>Where a dataset of an experiment comes from.</summary>
public sealed record DatasetSettings
{
    /// <summary>The value of <see cref="Prompts"/> that means the prompts that the recipe holds out, instead of a file.</summary>
    public const string PromptsOfRecipe = "recipe";

    /// <summary>The dataset's name in results and in folders under <c>out/</c>; the file's name without extension unless set.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public required string Name { get; init; }

    /// <summary>A file or a glob; optional with a recipe that needs no file.</summary>
    public string? Path { get; set; }

    /// <summary>A SQL predicate over the file's columns that selects the rows to use.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public string? Filter { get; set; }

    /// <summary>The number of rows to use: the first ones, or a random sample if <c>Seed</c> is set.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public long? Take { get; set; }

    /// <summary>The seed of the sample of <c>Take</c> rows. Without it the first rows are used.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public long? Seed { get; set; }

    /// <summary>
    /// The form of the file's conversations, needed if its columns fit <see href="../docs/your-own.md#other-columns">several forms</see>: <c>messages</c>,
    /// <c>sharegpt</c>, <c>prompt_completion</c>, <c>alpaca</c>, <c>preference</c>.
    /// </summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public string? Format { get; set; }

    /// <summary>Instead of <c>Format</c>: the column of treatments, which are conversations or answers to <c>prompt</c>.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public string? TreatmentColumn { get; set; }

    /// <summary>With <c>TreatmentColumn</c>: the column of controls.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset)]
    public string? ControlColumn { get; set; }

    /// <summary>The recipe that turns the rows into conversations: a built-in one or the project's own.</summary>
    [ItemMetadata(ProjectItemNames.TrainDataset, ProjectItemNames.EvalDataset, ProjectItemNames.ContextDataset)]
    public string? Recipe { get; set; }

    /// <summary>The recipe's parameters, by <see cref="RecipeParameterNames"/>; null for none.</summary>
    public Dictionary<string, string>? Parameters { get; set; }

    /// <summary>The behaviour's name.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset)]
    public string? Trait { get; set; }

    /// <summary>A file of held-out prompts whose answers are judged; or <c>recipe</c> for the prompts that the recipe holds out.</summary>
    [ItemMetadata(ProjectItemNames.EvalDataset)]
    public string? Prompts { get; set; }
}
