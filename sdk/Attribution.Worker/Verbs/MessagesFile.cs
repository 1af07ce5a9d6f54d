using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Worker.Verbs;

/// <summary>A conversation in a JSON file: a list of messages, each with <c>role</c> and <c>content</c>.</summary>
internal static class MessagesFile
{
    /// <exception cref="AttributionException">The file is missing, is no JSON, or a message lacks something.</exception>
    public static IReadOnlyList<ChatMessage> Read(string file)
    {
        if (!File.Exists(file))
            throw Wrong(file, null, null, "The file does not exist.");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (json.RootElement.ValueKind != JsonValueKind.Array || json.RootElement.GetArrayLength() == 0)
                throw Wrong(file, null, null, "The file must be a list of messages, [{\"role\": ..., \"content\": ...}, ...], with at least one.");
            return [.. json.RootElement.EnumerateArray().Select((message, row) => new ChatMessage(Text(message, file, row, "role"), Text(message, file, row, "content")))];
        }
        catch (JsonException e)
        {
            throw new AttributionException(ErrorCodes.MessagesInvalid, $"The file is not valid JSON: {e.Message}", e) { File = file };
        }
    }

    private static string Text(JsonElement message, string file, int row, string property) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Wrong(file, row, property, $"The message has no {property} that is a text.");

    private static AttributionException Wrong(string file, int? row, string? property, string message) =>
        new(ErrorCodes.MessagesInvalid, message) { File = file, Row = row, Property = property };
}
