using Attribution.Contracts;
using Attribution.Contracts.DataSelection;

namespace Attribution.Sdk.Experiments;

/// <summary>A TrainDataset or EvalDataset item: its rows, and what stages behind their import are told of it.</summary>
/// <param name="Rows">Where its rows come from.</param>
internal sealed record ProjectDataset(DatasetSettings Rows)
{
    /// <summary>What results call it.</summary>
    public string Name => Rows.Name;

    /// <summary>Whether a language model writes it.</summary>
    public bool IsWritten => Rows.Recipe == RecipeNames.Persona;

    /// <summary>The file of held-out prompts, if they are in one of the project's.</summary>
    public string? PromptFile => Rows.Prompts == DatasetSettings.PromptsOfRecipe ? null : Rows.Prompts;

    /// <inheritdoc cref="TrainSettings.PlantedColumn"/>
    public string? PlantedColumn { get; init; }

    /// <summary>The file of persona vectors that <c>persona_vector</c> reads.</summary>
    public string? PersonaVector { get; init; }

    /// <summary>Who judges.</summary>
    public string Judge { get; init; } = JudgeNames.Rules;

    /// <summary>The project's own prompt for the judging model; null for the one that comes with the worker.</summary>
    public string? JudgePrompt { get; init; }

    /// <summary>The file of whichever prompt it is; null where no model judges.</summary>
    public string? JudgePromptFile { get; init; }
}
