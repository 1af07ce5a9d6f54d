using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>Makes rows of what DuckDB reads. The first two columns are the row's index and its file.</summary>
internal abstract class RowDecoder
{
    protected const int FirstColumn = 2;

    /// <summary>The columns to select behind index and file, as SQL.</summary>
    public abstract string Projection { get; }

    /// <summary>The column that a side comes from, for errors.</summary>
    protected virtual string NameOf(string side) => Columns.Messages(side);

    public DatasetRow Decode(DuckDbReader reader, int row, string? file, bool requireControl)
    {
        var index = reader.Column(0).GetInteger(row);
        var place = new RowPlace(file ?? reader.Column(1).GetString(row)!, index);
        var (treatment, control, metadata) = Read(reader, row, place);
        var variables = RowVariables.Read(metadata, place);
        return new(
            index,
            treatment.Join(Columns.Treatment, place, variables) ?? throw place.Error(ErrorCodes.RowWithoutTreatment, NameOf(Columns.Treatment), "the row has no treatment (null or empty). Give it messages, or leave it out with Filter."),
            control.Join(Columns.Control, place, variables) ?? (requireControl
                ? throw place.Error(ErrorCodes.RowWithoutControl, NameOf(Columns.Control), "the row has no control, which the chosen method needs. Give it one, leave the row out with Filter, or choose a method without control.")
                : null),
            metadata);
    }

    protected abstract (ConversationParts Treatment, ConversationParts Control, string? Metadata) Read(DuckDbReader reader, int row, RowPlace place);
}
