using System.Text;
using System.Text.Json;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>Decodes rows that come as the text of a JSON object.</summary>
internal sealed class JsonRowDecoder : RowDecoder
{
    public override string Projection => DatasetSource.JsonText;

    protected override (ConversationParts, ConversationParts, string?) Read(DuckDbReader reader, int row, RowPlace place)
    {
        var text = reader.Column(FirstColumn);
        var json = text.IsNull(row) ? default : JsonConversations.Parse(text.GetBytes(row), place, "row");
        if (json.ValueKind != JsonValueKind.Object)
            throw place.Error(ErrorCodes.RowNotAnObject, "row",
                $"the row is not a JSON object but {(json.ValueKind == JsonValueKind.Undefined ? "null" : json.GetRawText())}. Each row is "
                + $"{{\"treatment_messages\": [...], ...}}.");

        var known = new Dictionary<string, JsonElement>();
        var names = new HashSet<string>();
        var others = new List<JsonProperty>();
        foreach (var property in json.EnumerateObject())
        {
            if (!names.Add(property.Name))
                throw Twice(property.Name, place);
            if (!Columns.Conversations.Contains(property.Name))
                others.Add(property);
            else if (property.Value.ValueKind != JsonValueKind.Null)
                known.Add(property.Name, property.Value);
        }
        return (Side(Columns.Treatment), Side(Columns.Control), others.Count == 0 ? null : Write(others));

        ConversationParts Side(string side) => new(
            known.TryGetValue(Columns.Messages(side), out var messages) && !known.ContainsKey(Columns.Tokens(side))
                ? JsonConversations.Messages(messages, place, Columns.Messages(side)) : null,
            known.TryGetValue(Columns.Tokens(side), out var tokens) ? JsonConversations.Tokens(tokens, place, Columns.Tokens(side)) : null,
            known.TryGetValue(Columns.Keep(side), out var keep) ? JsonConversations.Keep(keep, place, Columns.Keep(side)) : null);
    }

    /// <summary>The error for a key that a row has twice.</summary>
    internal static AttributionException Twice(string key, RowPlace place) =>
        place.Error(ErrorCodes.DatasetColumnDuplicate, key, "the row has this key twice. Remove one.");

    /// <summary>Writes properties as the text of an object.</summary>
    internal static string Write(IEnumerable<JsonProperty> properties)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var property in properties)
                property.WriteTo(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
