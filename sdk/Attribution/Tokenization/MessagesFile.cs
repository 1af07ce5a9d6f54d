using System.Text.Json;
using Attribution.Diagnostics;

namespace Attribution.Tokenization;

/// <summary>One conversation in a JSON file: a list of messages, or an object with a list <c>messages</c>.</summary>
/// <param name="Messages">The messages. Their properties other than <c>role</c> and <c>content</c> are in <see cref="ChatMessage.Fields"/>.</param>
/// <param name="Variables">The other properties of the object, for the chat template: <c>tools</c>, <c>enable_thinking</c> and so on.</param>
internal sealed record MessagesFile(IReadOnlyList<ChatMessage> Messages, IReadOnlyDictionary<string, object?> Variables)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="AttributionException">The file is missing, is not JSON, or contains no messages; the exception names the faulty message as
    /// row.</exception>
    public static MessagesFile Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.MessagesInvalid, $"The file cannot be read: {exception.Message}", exception) { File = path };
        }
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { AllowDuplicateProperties = false });
            return Read(document.RootElement.Clone(), path);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new AttributionException(ErrorCodes.MessagesInvalid, $"The file is no JSON: {exception.Message}", exception) { File = path };
        }
    }

    private static MessagesFile Read(JsonElement root, string path)
    {
        var variables = new Dictionary<string, object?>();
        var list = root;
        if (root.ValueKind == JsonValueKind.Object)
        {
            list = default;
            foreach (var member in root.EnumerateObject())
                if (member.Name == "messages")
                    list = member.Value;
                else
                    variables[member.Name] = member.Value;
        }
        if (list.ValueKind != JsonValueKind.Array)
            throw new AttributionException(ErrorCodes.MessagesInvalid,
                "The file must hold a list of messages, or an object with such a list as 'messages'.")
            { File = path, Property = "messages" };
        return new MessagesFile([.. list.EnumerateArray().Select((message, row) => Message(message, path, row))], variables);
    }

    private static ChatMessage Message(JsonElement message, string path, int row)
    {
        if (message.ValueKind != JsonValueKind.Object)
            throw Invalid("A message is an object with 'role' and 'content'.", null);
        var fields = message.EnumerateObject().Where(field => field.Name is not ("role" or "content")).ToDictionary(field => field.Name, field => field.Value);
        var role = Text("role") ?? throw Invalid("The message does not say who speaks: give it a text as 'role'.", "role");
        var content = Text("content");
        // A turn that only calls tools may have null content, and templates may distinguish that from empty content.
        if (content is null && fields.ContainsKey("tool_calls"))
            fields["content"] = message.TryGetProperty("content", out var given) ? given : JsonSerializer.SerializeToElement<string?>(null);
        else if (content is null)
            throw Invalid("The message has no content: give it a text as 'content'.", "content");
        foreach (var (name, value) in fields)
            if (ChatMessage.Fault(name, value) is { } fault)
                throw Invalid($"Of this message {fault}", name);
        return new ChatMessage(role, content ?? "") { Fields = fields.Count == 0 ? null : fields };

        string? Text(string name) => message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        AttributionException Invalid(string what, string? property) => new(ErrorCodes.MessagesInvalid, what) { File = path, Row = row, Property = property };
    }
}
