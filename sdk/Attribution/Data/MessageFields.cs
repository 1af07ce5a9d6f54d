using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>
/// Stores the messages' fields other than role and content for imported rows, whose message columns hold only those two: in <c>metadata</c>, under a name that
/// no file's column has. Rows of plain messages have no such entry.
/// </summary>
internal static class MessageFields
{
    private const string Entry = "attribution message fields";

    /// <summary>The row's metadata with the fields of its messages and its template variables added.</summary>
    public static string? Join(DatasetRow row)
    {
        var sides = new JsonObject();
        var added = new Dictionary<string, JsonElement>();
        foreach (var (side, conversation) in new[] { (Columns.Treatment, row.Treatment as MessageConversation),
            (Columns.Control, row.Control as MessageConversation) })
        {
            if (conversation is null)
                continue;
            if (conversation.Messages.Any(message => message.Fields is not null))
                sides[side] = JsonSerializer.SerializeToNode(conversation.Messages.Select(message => message.Fields));
            foreach (var (name, value) in RowVariables.ToColumns(conversation.Variables))
                added[name] = value;
        }
        if (sides.Count == 0 && added.Keys.All(name => row.Metadata.ContainsKey(name)))
            return row.MetadataJson;
        var metadata = row.MetadataJson is null ? [] : JsonNode.Parse(row.MetadataJson)!.AsObject();
        foreach (var (name, value) in added)
            if (!metadata.ContainsKey(name))
                metadata[name] = JsonSerializer.SerializeToNode(value);
        if (sides.Count > 0)
            metadata[Entry] = sides;
        return metadata.ToJsonString(Plain);
    }

    /// <summary>Removes the fields from the metadata and gives them back to the messages.</summary>
    public static (ConversationParts Treatment, ConversationParts Control, string? Metadata) Split(ConversationParts treatment, ConversationParts control,
        string? metadata)
    {
        if (metadata is null || !metadata.Contains($"\"{Entry}\"", StringComparison.Ordinal) || JsonNode.Parse(metadata) is not JsonObject row
            || row[Entry] is not JsonObject sides)
            return (treatment, control, metadata);
        row.Remove(Entry);
        return (Give(treatment, sides[Columns.Treatment]), Give(control, sides[Columns.Control]), row.Count == 0 ? null : row.ToJsonString(Plain));
    }

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ConversationParts Give(ConversationParts parts, JsonNode? fields) => fields is null || parts.Messages is null ? parts : parts with
    {
        Messages = [.. parts.Messages.Zip(fields.Deserialize<Dictionary<string, JsonElement>?[]>()!, (message, own) => message with { Fields = own })],
    };
}
