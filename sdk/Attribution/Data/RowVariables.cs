using System.Text.Json;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>
/// A row's variables for its chat template: <c>tools</c>, the functions that may be called, and <c>chat_template_kwargs</c>, an object with anything else that
/// the template reads, for example <c>enable_thinking</c>. Either may be JSON text.
/// </summary>
internal static class RowVariables
{
    private const string Tools = "tools", Arguments = "chat_template_kwargs";

    /// <summary>The variables among a row's other columns; null if there are none.</summary>
    /// <param name="metadata">The other columns as the text of a JSON object; null for none.</param>
    /// <param name="place">The row, for error messages.</param>
    public static IReadOnlyDictionary<string, JsonElement>? Read(string? metadata, RowPlace place)
    {
        // Few datasets have either, and this runs for every row.
        if (metadata is null || !(metadata.Contains($"\"{Tools}\"", StringComparison.Ordinal)
            || metadata.Contains($"\"{Arguments}\"", StringComparison.Ordinal)))
            return null;
        var row = JsonElement.Parse(metadata);
        var variables = new Dictionary<string, JsonElement>();
        if (Value(row, Tools, JsonValueKind.Array, "a list of functions", place) is { } tools && tools.GetArrayLength() > 0)
            variables[Tools] = tools;
        if (Value(row, Arguments, JsonValueKind.Object, "an object", place) is { } arguments)
            foreach (var argument in arguments.EnumerateObject())
                variables[argument.Name] = argument.Value;
        return variables.Count == 0 ? null : variables;
    }

    /// <summary>The variables as columns that they can be read from again.</summary>
    public static IEnumerable<KeyValuePair<string, JsonElement>> ToColumns(IReadOnlyDictionary<string, JsonElement>? variables)
    {
        if (variables is null)
            yield break;
        if (variables.TryGetValue(Tools, out var tools))
            yield return KeyValuePair.Create(Tools, tools);
        if (variables.Where(variable => variable.Key != Tools).ToDictionary() is { Count: > 0 } others)
            yield return KeyValuePair.Create(Arguments, JsonSerializer.SerializeToElement(others));
    }

    private static JsonElement? Value(JsonElement row, string column, JsonValueKind kind, string what, RowPlace place)
    {
        if (!row.TryGetProperty(column, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString()))
            return null;
        if (value.ValueKind == JsonValueKind.String)
            value = JsonConversations.Parse(System.Text.Encoding.UTF8.GetBytes(value.GetString()!), place, column);
        return value.ValueKind == kind ? value : throw place.Error(ErrorCodes.MessagesMalformed, column,
            $"{column} is handed to the chat template and must be {what}, or that as JSON text. Give a column that is something else another name.");
    }
}
