using System.Text;
using System.Text.Json;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>Rows of a format that is not our own, each as a JSON object whatever the file is.</summary>
internal sealed class FormatRowDecoder(DatasetSource source, RowFormat format) : RowDecoder
{
    public override string Projection => source.IsJson ? DatasetSource.JsonText : ", " + source.AsJson(source.Fields);

    protected override string NameOf(string side) => format.Required[side == Columns.Control && format.Required.Count > 1 ? 1 : 0];

    protected override (ConversationParts, ConversationParts, string?) Read(DuckDbReader reader, int row, RowPlace place)
    {
        var text = reader.Column(FirstColumn);
        var json = text.IsNull(row) ? default : JsonConversations.Parse(text.GetBytes(row), place, "row");
        if (json.ValueKind != JsonValueKind.Object)
            throw place.Error(ErrorCodes.RowNotAnObject, "row", "the row is not a JSON object.");
        var names = new HashSet<string>();
        if (json.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !names.Add(name)) is { } twice)
            throw JsonRowDecoder.Twice(twice, place);
        var (treatment, control, used) = format.Read(json, place);
        JsonProperty[] others = [.. json.EnumerateObject().Where(property => !used.Contains(property.Name))];
        return (treatment, control, others.Length == 0 ? null : JsonRowDecoder.Write(others));
    }
}
