namespace Attribution.Sdk.Experiments;

/// <summary>A TrainDataset or EvalDataset item.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Path">A file or a glob, relative to the project or absolute.</param>
internal sealed record Dataset(string Name, string Path)
{
    /// <summary>Instead of a file of held-out prompts: those that the recipe holds out.</summary>
    public const string PromptsOfRecipe = "recipe";

    /// <summary>The metadata that only a recipe reads.</summary>
    public static IReadOnlyList<string> RecipeParameters { get; } = ["Level", "Split", "Description"];

    /// <summary>A SQL predicate over the file's columns.</summary>
    public string? Filter { get; init; }

    /// <summary>At most so many rows.</summary>
    public long? Take { get; init; }

    /// <summary>The seed of the sample that <see cref="Take"/> draws.</summary>
    public long? Seed { get; init; }

    /// <summary>How the file keeps conversations; null to tell by its columns.</summary>
    public string? Format { get; init; }

    /// <summary>The column of treatments, where no format has it.</summary>
    public string? TreatmentColumn { get; init; }

    /// <summary>The column of controls, where no format has it.</summary>
    public string? ControlColumn { get; init; }

    /// <summary>What makes the rows of the file into conversations.</summary>
    public string? Recipe { get; init; }

    /// <summary>Whether a language model writes it.</summary>
    public bool IsWritten => Recipe == "persona";

    /// <summary>What the recipe is told besides: metadata by name.</summary>
    public IReadOnlyList<(string Name, string Value)> Parameters { get; init; } = [];

    /// <summary>Train: the column that names the behaviour planted in a row, to measure retrieval by.</summary>
    public string? PlantedColumn { get; init; }

    /// <summary>Eval: the behaviour that its treatments show.</summary>
    public string? Trait { get; init; }

    /// <summary>Eval: the file of held-out prompts, whose answers are judged; or <see cref="PromptsOfRecipe"/>.</summary>
    public string? Prompts { get; init; }

    /// <summary>The file of held-out prompts, if they are in one of the project's.</summary>
    public string? PromptFile => Prompts == PromptsOfRecipe ? null : Prompts;

    /// <summary>Eval: the file of persona vectors that <c>persona_vector</c> reads.</summary>
    public string? PersonaVector { get; init; }

    /// <summary>Eval: who judges.</summary>
    public string Judge { get; init; } = Experiment.RuleJudge;

    /// <summary>Eval: the project's own prompt for the judging model; null for the one that comes with the worker.</summary>
    public string? Prompt { get; init; }

    /// <summary>Eval: the file of whichever prompt it is; null where no model judges.</summary>
    public string? JudgePromptFile { get; init; }
}
