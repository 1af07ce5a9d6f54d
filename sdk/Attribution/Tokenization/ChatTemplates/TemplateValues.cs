using System.Text.Json;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Converts .NET values and JSON to a template's values.</summary>
internal static class TemplateValues
{
    public static PythonDict FromMessage(ChatMessage message)
    {
        var dict = new PythonDict();
        dict.Set("role", message.Role);
        dict.Set("content", message.Content);
        foreach (var (name, value) in message.Fields ?? new Dictionary<string, JsonElement>())
            dict.Set(name, From(value));
        return dict;
    }

    /// <exception cref="ArgumentException">Templates have no such type.</exception>
    public static object? From(object? value) => value switch
    {
        null or string or bool or long or double => value,
        int or short or byte => Convert.ToInt64(value),
        float real => (double)real,
        JsonElement json => FromJson(json),
        ChatMessage message => FromMessage(message),
        IEnumerable<KeyValuePair<string, object?>> pairs => Dict(pairs),
        System.Collections.IEnumerable items => items.Cast<object?>().Select(From).ToList(),
        _ => throw new ArgumentException($"a chat template cannot take a value of type {value.GetType()}", nameof(value)),
    };

    private static object? FromJson(JsonElement json)
    {
        RenderBudget.Descend();
        return json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => json.TryGetInt64(out var integer) ? (object)integer : json.GetDouble(),
            JsonValueKind.Array => json.EnumerateArray().Select(FromJson).ToList(),
            JsonValueKind.Object => Dict(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, (object?)property.Value))),
            _ => null,
        };
    }

    private static PythonDict Dict(IEnumerable<KeyValuePair<string, object?>> pairs)
    {
        var dict = new PythonDict();
        foreach (var (name, value) in pairs)
            dict.Set(name, From(value));
        return dict;
    }
}
