using System.Text;
using System.Text.Json;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>Decodes rows from DuckDB's results. The first two columns are the row's index and its file.</summary>
internal abstract class RowDecoder
{
    protected const int FirstColumn = 2;

    /// <summary>The columns to select after index and file, as SQL.</summary>
    public abstract string Projection { get; }

    /// <summary>The column of a side, for error messages.</summary>
    protected virtual string NameOf(string side) => Columns.Messages(side);

    public DatasetRow Decode(DuckDbReader reader, int row, string? file, bool requireControl)
    {
        var index = reader.Column(0).GetInteger(row);
        var place = new RowPlace(file ?? reader.Column(1).GetString(row)!, index);
        var (treatment, control, metadata) = Read(reader, row, place);
        var variables = RowVariables.Read(metadata, place);
        return new(
            index,
            treatment.Join(Columns.Treatment, place, variables)
                ?? throw place.Error(ErrorCodes.RowWithoutTreatment, NameOf(Columns.Treatment),
                "the row has no treatment (null or empty). Give it messages, or leave it out with Filter."),
            control.Join(Columns.Control, place, variables) ?? (requireControl
                ? throw place.Error(ErrorCodes.RowWithoutControl, NameOf(Columns.Control),
                    "the row has no control, which the chosen method needs. Give it one, leave the row out with Filter, or choose a method without control.")
                : null),
            metadata);
    }

    protected abstract (ConversationParts Treatment, ConversationParts Control, string? Metadata) Read(DuckDbReader reader, int row, RowPlace place);
}

/// <summary>The origin of a value, for error messages.</summary>
internal readonly record struct RowPlace(string File, long Row)
{
    public AttributionException Error(string code, string column, string message, Exception? inner = null) =>
        new(code, $"{Path.GetFileName(File)}, row {Row}, {column}: {message}", inner) { File = File, Row = Row, Property = column };
}

/// <summary>Decodes rows in another format, each as a JSON object whatever the file is.</summary>
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
