using Attribution.Contracts;

namespace Attribution.Data.Recipes;

/// <summary>OpenOrca: <c>id</c>, <c>system_prompt</c> (may be empty), <c>question</c> and <c>response</c>.</summary>
internal sealed class OpenOrcaRecipe : PublishedRecipe
{
    /// <inheritdoc/>
    public override string Name => RecipeNames.OpenOrca;

    /// <inheritdoc/>
    public override string Repository => "Open-Orca/OpenOrca";

    /// <summary><c>Split</c>: the model that wrote the answers.</summary>
    public override IReadOnlyList<RecipeParameter> Parameters { get; } = [new("Split", "gpt4", "gpt3.5")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> FilesOf(RecipeParameters parameters) =>
        [parameters["Split"] == "gpt4" ? "1M-GPT4-Augmented.parquet" : "3_5M-GPT3_5-Augmented.parquet"];

    private protected override IEnumerable<Example> Examples(RecipeSource source, RecipeParameters parameters, BrokenRows broken) => Map(source, broken, row =>
    {
        var system = row.TextOrEmpty("system_prompt");
        var question = User(row.Text("question"));
        return new Example(system.Length > 0 ? [new("system", system), .. question] : question, row.Text("response"), null,
            new Dictionary<string, string> { ["id"] = row.TextOrEmpty("id") });
    });
}
