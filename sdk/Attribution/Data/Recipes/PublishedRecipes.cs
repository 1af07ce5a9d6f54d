namespace Attribution.Data.Recipes;

/// <summary>The recipes for published datasets.</summary>
public static class PublishedRecipes
{
    /// <summary>All, by name.</summary>
    public static IReadOnlyList<PublishedRecipe> All { get; } =
        [new DollyRecipe(), new MedHalluRecipe(), new OpenOrcaRecipe(), new UltraChatRecipe(), new UltraFeedbackRecipe.Coding(), new UltraFeedbackRecipe.Factual()];

    /// <summary>The recipe of a name; null if there is none.</summary>
    public static PublishedRecipe? Find(string name) => All.FirstOrDefault(r => r.Name == name);
}
