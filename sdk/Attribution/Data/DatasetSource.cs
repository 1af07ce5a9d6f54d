using System.Data.Common;
using System.Text.RegularExpressions;
using Attribution.Data.DuckDb;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Attribution.Data;

/// <summary>
/// A dataset's files as SQL. JSON is read as the text of its rows, so that type inference cannot change the content (a message that reads <c>2024-01-01</c> is
/// not a date); its columns have types only in the filter. All CSV columns are text, for the same reason.
/// </summary>
internal sealed partial class DatasetSource
{
    /// <summary>Names of the library in the relation, which no file's column has.</summary>
    private const string IndexColumn = "attribution row index", FileColumn = "attribution file", JsonColumn = "attribution json",
        TextPrefix = "attribution text of ";

    private readonly string _reader;
    private readonly string _index;
    private readonly string? _filter;

    private DatasetSource(IReadOnlyList<string> files, DatasetFormat format, string reader, IReadOnlyList<DuckDbField> columns, string? filter,
        string? indexColumn)
    {
        Files = files;
        Format = format;
        Fields = columns;
        _reader = reader;
        _filter = filter;
        _index = indexColumn is null ? "row_number() OVER () - 1" : Sql.Identifier(indexColumn);
    }

    public IReadOnlyList<string> Files { get; }

    public DatasetFormat Format { get; }

    /// <summary>The files' columns. For JSON without a filter, the columns of the first rows, without types.</summary>
    public IReadOnlyList<DuckDbField> Fields { get; }

    public bool IsJson => Format is DatasetFormat.JsonLines or DatasetFormat.JsonArray;

    /// <summary>Finds the files and their columns, and checks the filter without reading rows.</summary>
    /// <param name="path">A file or a glob.</param>
    /// <param name="filter">A SQL predicate; null or blank for all rows.</param>
    /// <param name="indexColumn">The column with each row's index; null to count rows.</param>
    /// <param name="connection">The connection to look with.</param>
    public static DatasetSource Open(string path, string? filter, string? indexColumn, DuckDBConnection connection)
    {
        var files = Find(path, connection);
        foreach (var file in files)
            FileIdentity.RequireFile(file);
        var format = DatasetFormats.Of(files[0]);
        if (files.FirstOrDefault(file => DatasetFormats.Of(file) != format) is { } odd)
            throw new AttributionException(ErrorCodes.DatasetFormatUnknown, $"'{path}' names files of several formats. Name those of one.") { File = odd };
        filter = string.IsNullOrWhiteSpace(filter) ? null : filter;
        try
        {
            var (reader, columns) = format switch
            {
                DatasetFormat.Parquet => Parquet(files, connection),
                DatasetFormat.Csv => Separated(files, ",", filter is not null, connection),
                DatasetFormat.Tsv => Separated(files, "\t", filter is not null, connection),
                _ => Json(files, format, filter is not null, connection),
            };
            var source = new DatasetSource(files, format, reader, columns, filter, indexColumn);
            if (filter is not null)
                source.TryFilter(connection);
            return source;
        }
        catch (DbException error)
        {
            throw Explain(error, files, format, filter: null);
        }
    }

    /// <summary>Row index, file and the given columns of all rows that pass the filter, in order, as SQL.</summary>
    public string Select(string projection) => $"SELECT {Sql.Identifier(IndexColumn)}, {Sql.Identifier(FileColumn)}{projection} {From()}";

    /// <summary>The JSON text of the rows, if the files are JSON.</summary>
    public static string JsonText => $", {Sql.Identifier(JsonColumn)}";

    /// <summary>A column as stored in the file; a filter may see it with another type.</summary>
    public string Stored(string column) => Sql.Identifier(Format is DatasetFormat.Csv or DatasetFormat.Tsv && _filter is not null ? TextPrefix
        + column : column);

    /// <summary>A table's columns as the text of a JSON object.</summary>
    public string AsJson(IEnumerable<DuckDbField> fields) =>
        $"to_json({{{string.Join(", ", fields.Select(field => $"{Sql.Literal(field.Name)}: {JsonValue(field, Stored(field.Name))}"))}}})";

    /// <summary>Whether a column contains only nulls, so that its type says nothing.</summary>
    public bool IsAllNull(string column, DuckDBConnection connection)
    {
        try
        {
            return connection.QueryStrings($"SELECT count({Sql.Identifier(column)})::VARCHAR FROM {_reader}") is ["0"];
        }
        catch (DbException error)
        {
            throw Explain(error);
        }
    }

    /// <summary>The SQL that counts the rows that pass the filter.</summary>
    public string Count => $"SELECT count(*) {From()}";

    /// <summary>Translates DuckDB's error message for the user.</summary>
    public AttributionException Explain(DbException error) => Explain(error, Files, Format, _filter);

    private string From() =>
        $"FROM (SELECT {_index} AS {Sql.Identifier(IndexColumn)}, * FROM {_reader}){(_filter is null ? "" : $" WHERE (\n{_filter}\n)")}";

    // JSON has no NaN and no infinities; as strings they are at least preserved.
    private static string JsonValue(DuckDbField field, string column) => field.Type.Kind is DuckDBType.Float or DuckDBType.Double
        ? $"CASE WHEN isfinite({column}) THEN to_json({column}) ELSE to_json(CAST({column} AS VARCHAR)) END"
        : column;

    private void TryFilter(DuckDBConnection connection)
    {
        if (RowPredicate.Fault(_filter!, Fields.Select(field => field.Name), connection) is { } fault)
            throw new AttributionException(ErrorCodes.DatasetFilterInvalid,
                $"The filter is no function of the row: {fault}. What passes must follow from the row alone, so that it can be kept: write what it needs "
                    + $"into a column of '{Path.GetFileName(Files[0])}'. The filter is: {_filter}")
            { File = Files[0], Property = "Filter" };
        try
        {
            connection.Stream($"{Count} LIMIT 0").Dispose();
        }
        catch (DbException error)
        {
            throw Explain(error);
        }
    }

    private static IReadOnlyList<string> Find(string path, DuckDBConnection connection)
    {
        if (Directory.Exists(path))
            throw new AttributionException(ErrorCodes.DatasetNotFound,
                $"'{path}' is a folder. Name a file in it, or several as '{path.TrimEnd('/')}/*.parquet'.")
            { File = path };
        return DatasetFiles.Expand(path, connection) is { Count: > 0 } files
            ? files
            : throw new AttributionException(ErrorCodes.DatasetNotFound,
                $"There is no dataset at '{path}' (looked from {Directory.GetCurrentDirectory()}). Correct the path or put the file there.")
            { File = path };
    }

    private static AttributionException Explain(DbException error, IReadOnlyList<string> files, DatasetFormat format, string? filter)
    {
        var message = error.Message;
        var file = files.FirstOrDefault(each => NamedFile().Matches(message).Any(match => match.Groups[1].Value == each)) ?? files[0];
        var name = Path.GetFileName(file);
        if (message.Contains("max_line_size") || message.Contains("maximum_object_size") || message.Contains("Maximum line size"))
            return new(ErrorCodes.DatasetUnreadable,
                $"'{name}' has a row of more than {LongRow.LimitOf(format) / 1_000_000} "
                    + $"MB{(LongRow.Locate(file, LongRow.LimitOf(format)) is { } row ? $", in line {row}" : "")}, the most that a row may have. Shorten "
                    + "it, leave it out, or write the file as Parquet, whose rows have no such limit.", error)
            { File = file };
        if (message.Contains("Malformed JSON"))
            return MalformedJson.Locate(file, format) is { } place
                ? new(ErrorCodes.DatasetMalformedJson, $"'{name}' is not JSON at line {place.Line}, byte {place.Byte}: {place.Reason} Correct the line.",
                    error)
                { File = file, Row = place.Row }
                : new(ErrorCodes.DatasetMalformedJson, $"'{name}' holds text that is not JSON: {message}", error) { File = file };
        if (filter is not null && !message.Contains("CSV Error"))
            return new(ErrorCodes.DatasetFilterInvalid, $"The filter cannot be applied to '{name}': {FirstParagraph(message)} The filter is: {filter}",
                error)
            { File = file, Property = "Filter" };
        return new(ErrorCodes.DatasetUnreadable, $"'{name}' cannot be read as {Name(format)}: {FirstParagraph(message)} If it is of another format, give "
            + "it that format's extension.", error)
        { File = file };
    }

    private static string FirstParagraph(string message)
    {
        var end = message.IndexOf("\nPossible", StringComparison.Ordinal);
        var text = (end < 0 ? message : message[..end]).Trim();
        return text.EndsWith('.') ? text : text + ".";
    }

    private static string Name(DatasetFormat format) => format switch
    {
        DatasetFormat.Parquet => "Parquet",
        DatasetFormat.Csv => "CSV",
        DatasetFormat.Tsv => "TSV",
        _ => "JSON",
    };

    [GeneratedRegex("[Ff]ile(?: =)? [\"']?(.+?)(?:[\"'\n]|$)")]
    private static partial Regex NamedFile();
}
