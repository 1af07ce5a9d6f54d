using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>Reads conversations from JSON values, which may be JSON text inside a JSON string.</summary>
internal static class JsonConversations
{
    /// <summary>A list of <c>{"role": ..., "content": ...}</c> with any other fields that the chat template reads. A null field counts as absent.</summary>
    /// <param name="value">The list.</param>
    /// <param name="place">The row, for error messages.</param>
    /// <param name="column">The column, for error messages.</param>
    /// <param name="nullsAreAbsent">Whether nulls inside a field also count as absent, as in a table, which has every field in every row.</param>
    public static List<ChatMessage> Messages(JsonElement value, RowPlace place, string column, bool nullsAreAbsent = false)
    {
        value = Unwrap(value, place, column);
        if (value.ValueKind != JsonValueKind.Array)
            throw place.Error(ErrorCodes.MessagesMalformed, column,
                $"expected a list of messages, found {Name(value)}. Give it as [{{\"role\": \"user\", \"content\": \"...\"}}, ...].");
        var messages = new List<ChatMessage>(value.GetArrayLength());
        foreach (var message in value.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object)
                throw place.Error(ErrorCodes.MessagesMalformed, column, $"message {messages.Count} is {Name(message)}, not an object with role and content.");
            messages.Add(Message(message, messages.Count, place, column, nullsAreAbsent));
        }
        return messages;
    }

    private static ChatMessage Message(JsonElement message, int index, RowPlace place, string column, bool nullsAreAbsent)
    {
        Dictionary<string, JsonElement>? fields = null;
        var names = new HashSet<string>();
        foreach (var field in message.EnumerateObject())
        {
            if (!names.Add(field.Name))
                throw place.Error(ErrorCodes.DatasetColumnDuplicate, column, $"message {index} has {field.Name} twice. Remove one.");
            if (field.Name is "role" or "content" || field.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (ChatMessage.Fault(field.Name, field.Value) is { } fault)
                throw place.Error(ErrorCodes.MessagesMalformed, column, $"message {index}: {fault}");
            if (field.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && Duplicate(field.Value) is { } twice)
                throw place.Error(ErrorCodes.DatasetColumnDuplicate, column, $"message {index}, {field.Name}: {twice}");
            (fields ??= []).Add(field.Name, nullsAreAbsent ? JsonSerializer.SerializeToElement(WithoutNulls(JsonNode.Parse(field.Value.GetRawText())))
                : field.Value);
        }
        var role = Text(message, "role", index, place, column);
        // A turn that only calls functions may have null content, and templates may distinguish that from empty content.
        if (fields?.ContainsKey("tool_calls") == true && (!message.TryGetProperty("content", out var content) || content.ValueKind == JsonValueKind.Null))
        {
            fields["content"] = JsonElement.Parse("null");
            return new(role, "") { Fields = fields };
        }
        return new(role, Text(message, "content", index, place, column)) { Fields = fields };
    }

    // For example in a call's arguments: it would be unclear which of the two counts.
    private static string? Duplicate(JsonElement value)
    {
        try
        {
            _ = JsonElement.Parse(value.GetRawText(), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return error.Message;
        }
    }

    private static JsonNode? WithoutNulls(JsonNode? value) => value switch
    {
        JsonObject fields => new JsonObject(fields.Where(field => field.Value is not null).Select(field =>
            KeyValuePair.Create(field.Key, WithoutNulls(field.Value!.DeepClone())))),
        JsonArray items => new JsonArray([.. items.Select(item => WithoutNulls(item?.DeepClone()))]),
        _ => value,
    };

    /// <summary>A list of token ids.</summary>
    public static int[] Tokens(JsonElement value, RowPlace place, string column) =>
        Array(value, place, column, "token ids", element => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id) && id >= 0
            ? id
            : throw place.Error(ErrorCodes.TokensMalformed, column, $"{element.GetRawText()} is not a token id. Ids are whole numbers from 0."));

    /// <summary>A list of Booleans, or of 1 and 0.</summary>
    public static bool[] Keep(JsonElement value, RowPlace place, string column) =>
        Array(value, place, column, "keep marks", element => element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when element.TryGetInt32(out var mark) && mark is 0 or 1 => element.GetInt32() == 1,
            _ => throw place.Error(ErrorCodes.TokensMalformed, column, $"{element.GetRawText()} is not a keep mark. Marks are true or false, or 1 or 0."),
        });

    /// <summary>Parses JSON text; an error names the position.</summary>
    public static JsonElement Parse(ReadOnlySpan<byte> json, RowPlace place, string column)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var value = JsonElement.ParseValue(ref reader);
            return reader.Read() ? throw new JsonException("there is more after the value") : value;
        }
        catch (JsonException error)
        {
            throw place.Error(ErrorCodes.DatasetMalformedJson, column, $"not JSON: {error.Message}", error);
        }
    }

    private static T[] Array<T>(JsonElement value, RowPlace place, string column, string what, Func<JsonElement, T> convert)
    {
        value = Unwrap(value, place, column);
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(convert)]
            : throw place.Error(ErrorCodes.TokensMalformed, column, $"expected a list of {what}, found {Name(value)}.");
    }

    /// <summary>The value, or the parsed value if it is JSON text.</summary>
    internal static JsonElement Unwrap(JsonElement value, RowPlace place, string column) =>
        value.ValueKind == JsonValueKind.String ? Parse(System.Text.Encoding.UTF8.GetBytes(String(value, place, column)), place, column) : value;

    private static string Text(JsonElement message, string property, int index, RowPlace place, string column)
    {
        if (!message.TryGetProperty(property, out var text))
            throw place.Error(ErrorCodes.MessagesMalformed, column, $"message {index} has no {property}. Each message needs role and content.");
        return text.ValueKind == JsonValueKind.String
            ? String(text, place, column)
            : throw place.Error(ErrorCodes.MessagesMalformed, column,
                $"{property} of message {index} is {Name(text)}, not text. Join content that comes in parts into one text.");
    }

    private static string String(JsonElement value, RowPlace place, string column)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw place.Error(ErrorCodes.DatasetMalformedJson, column,
                "a text holds bytes that are not UTF-8 or half of a surrogate pair. Write the file again as valid UTF-8.", error);
        }
    }

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => $"the number {value.GetRawText()}",
        _ => value.GetRawText(),
    };
}
