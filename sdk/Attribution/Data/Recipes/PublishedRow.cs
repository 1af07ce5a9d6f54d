using System.Text.Json;

namespace Attribution.Data.Recipes;

/// <summary>A row of a published file as JSON, whatever the file's format.</summary>
/// <param name="File">Its file.</param>
/// <param name="Row">The 0-based index of the row in the file.</param>
/// <param name="Value">The row, an object.</param>
internal readonly record struct PublishedRow(string File, long Row, JsonElement Value)
{
    /// <summary>A column's value.</summary>
    /// <exception cref="BrokenRowException">The column is missing or null.</exception>
    public JsonElement this[string column] => Property(Value, column, column);

    /// <summary>A text that is not blank, trimmed.</summary>
    /// <exception cref="BrokenRowException">The value is missing, not a text, or blank.</exception>
    public string Text(string column) => Text(this[column], column);

    /// <summary>A trimmed text; empty if the column is missing, null or blank.</summary>
    /// <exception cref="BrokenRowException">The value is not a text.</exception>
    public string TextOrEmpty(string column) =>
        !Value.TryGetProperty(column, out var value) || value.ValueKind == JsonValueKind.Null ? ""
        : value.ValueKind == JsonValueKind.String ? Whole(value, column).Trim()
        : throw new BrokenRowException(column, $"{column} is {Describe(value)} and must be a text");

    /// <summary>The values of a list.</summary>
    /// <exception cref="BrokenRowException">The value is missing or not a list.</exception>
    public IReadOnlyList<JsonElement> List(string column) => List(this[column], column);

    public static string Text(JsonElement value, string what)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw new BrokenRowException(what, $"{what} is {Describe(value)} and must be a text");
        var text = Whole(value, what).Trim();
        return text.Length > 0 ? text : throw new BrokenRowException(what, $"{what} is empty");
    }

    /// <summary>A text as it is, also an empty one.</summary>
    /// <exception cref="BrokenRowException">The text has half of a character.</exception>
    public static string Whole(JsonElement text, string what)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new BrokenRowException(what, $"{what} has half of a character, one of two escapes such as \\ud83d\\ude00");
        }
    }

    public static IReadOnlyList<JsonElement> List(JsonElement value, string what) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
            : throw new BrokenRowException(what, $"{what} is {Describe(value)} and must be a list");

    /// <summary>A property of an object inside a row.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">The property.</param>
    /// <param name="what">The property's name in error messages.</param>
    public static JsonElement Property(JsonElement value, string name, string what)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new BrokenRowException(what, $"{what} is looked for in {Describe(value)}, which has no properties");
        if (!value.TryGetProperty(name, out var found))
            throw new BrokenRowException(what, $"there is no {what}; there are {string.Join(", ", value.EnumerateObject().Select(p => p.Name))}");
        return found.ValueKind == JsonValueKind.Null ? throw new BrokenRowException(what, $"{what} is null") : found;
    }

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };
}
