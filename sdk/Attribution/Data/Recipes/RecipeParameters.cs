using Attribution.Diagnostics;

namespace Attribution.Data.Recipes;

/// <summary>A parameter of a recipe, set by an item's metadata.</summary>
/// <param name="Name">The name, for example <c>Level</c>.</param>
/// <param name="Values">The allowed values; the first is the default.</param>
internal sealed record RecipeParameter(string Name, params IReadOnlyList<string> Values);

/// <summary>The parameters of one use of a recipe, each with an allowed value.</summary>
internal sealed class RecipeParameters
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Checks the given values and adds the defaults.</summary>
    /// <exception cref="AttributionException">ATTR1322: the recipe has no such parameter, or the value is not allowed.</exception>
    internal static RecipeParameters Of(PublishedRecipe recipe, IReadOnlyDictionary<string, string>? given = null)
    {
        var parameters = new RecipeParameters();
        foreach (var (name, value) in given ?? new Dictionary<string, string>())
        {
            var known = recipe.Parameters.FirstOrDefault(p => p.Name == name)
                ?? throw Invalid(name, $"The recipe {recipe.Name} has no {name}. It has {NamesIn(recipe)}.");
            parameters._values[name] = known.Values.FirstOrDefault(v => v.Equals(value, StringComparison.OrdinalIgnoreCase))
                ?? throw Invalid(name, $"{name} is '{value}'. For the recipe {recipe.Name} use one of: {string.Join(", ", known.Values)}.");
        }
        foreach (var parameter in recipe.Parameters)
            parameters._values.TryAdd(parameter.Name, parameter.Values[0]);
        return parameters;
    }

    /// <summary>All values by name.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The value of one of the recipe's parameters.</summary>
    public string this[string name] => _values[name];

    private static string NamesIn(PublishedRecipe recipe) =>
        recipe.Parameters.Count == 0 ? "no parameters" : string.Join(", ", recipe.Parameters.Select(p => p.Name));

    private static AttributionException Invalid(string name, string message) => new(ErrorCodes.RecipeParameterInvalid, message) { Property = name };
}
