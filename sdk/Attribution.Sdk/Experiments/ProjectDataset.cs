using Attribution.Contracts;
using Attribution.Contracts.DataSelection;

namespace Attribution.Sdk.Experiments;

/// <summary>A TrainDataset or EvalDataset item: the origin of its rows, and the settings for stages after their import.</summary>
/// <param name="Rows">The origin of its rows.</param>
internal sealed record ProjectDataset(DatasetSettings Rows)
{
    /// <summary>The dataset's name in results.</summary>
    public string Name => Rows.Name;

    /// <summary>Whether a language model writes the dataset.</summary>
    public bool IsWritten => Rows.Recipe == RecipeNames.Persona;

    /// <summary>The file of held-out prompts; null if they come from the recipe, or if there are none.</summary>
    public string? PromptFile => Rows.Prompts == DatasetSettings.PromptsOfRecipe ? null : Rows.Prompts;

    /// <inheritdoc cref="TrainSettings.PlantedColumn"/>
    public string? PlantedColumn { get; init; }

    /// <summary>The file of persona vectors that <c>persona_vector</c> reads.</summary>
    public string? PersonaVector { get; init; }

    /// <summary>The judge's name.</summary>
    public string Judge { get; init; } = JudgeNames.Rules;

    /// <summary>The project's own prompt for the judging model; null to use the one that comes with the worker.</summary>
    public string? JudgePrompt { get; init; }

    /// <summary>The path of the prompt that is used; null if no model judges.</summary>
    public string? JudgePromptFile { get; init; }
}
