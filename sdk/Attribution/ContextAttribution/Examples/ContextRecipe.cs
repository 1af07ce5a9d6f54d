using System.Text.Json;
using Attribution.Diagnostics;

namespace Attribution.ContextAttribution.Examples;

/// <summary>Makes questions with contexts from a file with another purpose.</summary>
public sealed class ContextRecipe
{
    private static readonly HashSet<string> DollyCategories = ["summarization", "closed_qa", "information_extraction"];
    private const int DollyLongestContext = 20_000;

    private ContextRecipe(string name, ContextColumns columns, Func<JsonElement, bool> takes) => (Name, Columns, Takes) = (name, columns, takes);

    /// <summary>
    /// <c>dolly-context</c>: databricks-dolly-15k (columns instruction, context, response, category) as AT2's authors train on it: the categories
    /// summarization, closed_qa and information_extraction, with a context of fewer than 20,000 characters. The responses are not used.
    /// </summary>
    public static ContextRecipe Dolly { get; } = new("dolly-context", new ContextColumns { Query = "instruction" }, row =>
        Text(row, "category") is { } category && DollyCategories.Contains(category)
        && Text(row, "context") is { Length: > 0 and < DollyLongestContext } context && !string.IsNullOrWhiteSpace(context)
            && !string.IsNullOrWhiteSpace(Text(row, "instruction")));

    /// <summary>The recipe's name.</summary>
    public string Name { get; }

    /// <summary>The columns of the file.</summary>
    public ContextColumns Columns { get; }

    /// <summary>Whether to use a row.</summary>
    internal Func<JsonElement, bool> Takes { get; }

    /// <summary>The recipe with this name.</summary>
    /// <exception cref="AttributionException">ATTR1954: there is no such recipe.</exception>
    public static ContextRecipe Get(string name) => name == Dolly.Name ? Dolly
        : throw new AttributionException(ErrorCodes.UnknownRecipe,
            $"There is no recipe '{name}' of contexts. Use {Dolly.Name}, or name the columns of the file with "
            + "ContextColumn and QueryColumn.")
        { Property = "Recipe" };

    private static string? Text(JsonElement row, string column) => row.TryGetProperty(column, out var value) && value.ValueKind == JsonValueKind.String
        ? value.GetString() : null;
}
