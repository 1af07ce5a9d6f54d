using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Tokenization;

/// <summary>A message as JSON: <c>role</c> and <c>content</c>, with its other fields beside them.</summary>
internal sealed class ChatMessageConverter : JsonConverter<ChatMessage>
{
    /// <inheritdoc/>
    public override ChatMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var message = JsonElement.ParseValue(ref reader);
        if (message.ValueKind != JsonValueKind.Object)
            throw new JsonException("a message is an object with role and content");
        var fields = message.EnumerateObject().Where(field => field.Name is not ("role" or "content")).ToDictionary(field => field.Name, field => field.Value);
        var role = message.TryGetProperty("role", out var given) && given.ValueKind == JsonValueKind.String
            ? given.GetString()! : throw new JsonException("a message has no role");
        if (!message.TryGetProperty("content", out var content) || (content.ValueKind != JsonValueKind.String && fields.Count == 0))
            throw new JsonException("a message has no content");
        if (content.ValueKind != JsonValueKind.String)
            fields["content"] = content;
        return new ChatMessage(role, content.ValueKind == JsonValueKind.String ? content.GetString()! : "") { Fields = fields.Count == 0 ? null : fields };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ChatMessage value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("role", value.Role);
        if (value.Fields?.ContainsKey("content") != true)
            writer.WriteString("content", value.Content);
        foreach (var (name, field) in value.Fields ?? new Dictionary<string, JsonElement>())
        {
            writer.WritePropertyName(name);
            field.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
