using Attribution.Contracts;

namespace Attribution.Data.Recipes;

/// <summary>
/// databricks-dolly-15k: <c>instruction</c>, <c>context</c> (may be empty), <c>response</c> and <c>category</c>, one object per line. The context follows the
/// instruction in the user's message.
/// </summary>
internal sealed class DollyRecipe : PublishedRecipe
{
    /// <inheritdoc/>
    public override string Name => RecipeNames.Dolly;

    /// <inheritdoc/>
    public override string Repository => "databricks/databricks-dolly-15k";

    /// <inheritdoc/>
    public override IReadOnlyList<string> FilesOf(RecipeParameters parameters) => ["databricks-dolly-15k.jsonl"];

    private protected override IEnumerable<Example> Examples(RecipeSource source, RecipeParameters parameters, BrokenRows broken) => Map(source, broken, row =>
    {
        var context = row.TextOrEmpty("context");
        var instruction = row.Text("instruction");
        return new Example(User(context.Length > 0 ? $"{instruction}\n\n{context}" : instruction), row.Text("response"), null,
            new Dictionary<string, string> { ["category"] = row.TextOrEmpty("category") });
    });
}
