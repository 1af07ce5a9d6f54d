using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Attribution.Contracts;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>
/// A training or evaluation set, read from its file row by row. A row has a treatment and may have a control, each as <c>treatment_messages</c> (a list of role
/// and content, or that as JSON text) or as <c>treatment_tokens</c> with <c>treatment_keep</c>; tokens take precedence over messages. Other columns become
/// metadata. Memory does not grow with the file: only the current rows are held.
/// </summary>
public sealed class Dataset
{
    private readonly DatasetSource _source;
    private readonly DatasetRecords _records;
    private readonly RowDecoder _decoder;

    private readonly RowFormat? _format;

    private Dataset(DatasetOptions options, DatasetSource source, string? metadataColumn, Func<string, bool> isAllNull)
    {
        Options = options;
        _source = source;
        _records = new DatasetRecords(options, source);
        _format = metadataColumn is null ? RowFormat.Find(options, [.. source.Fields.Select(field => field.Name)], source.Files[0]) : null;
        _decoder = _format is not null ? new FormatRowDecoder(source, _format) : source.IsJson
            ? new JsonRowDecoder() : new TableRowDecoder(source, metadataColumn, isAllNull);
    }

    /// <summary>The options that select and interpret the rows.</summary>
    public DatasetOptions Options { get; }

    /// <summary>The files that the path matches.</summary>
    public IReadOnlyList<string> Files => _source.Files;

    /// <summary>The names of the file's columns; for JSON, those of its first rows.</summary>
    public IReadOnlyList<string> ColumnNames => [.. _source.Fields.Select(column => column.Name)];

    /// <summary>Whether there is a column of controls.</summary>
    public bool HasControl => _format is null ? Has(Columns.Control) : _format.Required.Count > 1 && _format.Name is DatasetFormatNames.Preference or "columns";

    /// <summary>The name of the file's conversation format, for example <c>ShareGPT</c>; null for the library's own columns.</summary>
    public string? ReadAs => _format?.Title;

    /// <summary>Finds the file and its columns and checks the filter. Reads no rows yet.</summary>
    /// <exception cref="AttributionException"><c>ATTR1301</c> to <c>ATTR1310</c>: the file is missing or unreadable, has an unknown extension, no treatment
    /// column (or no control column although one is required), a column with a wrong type or twice; or a filter or option is wrong.</exception>
    /// <exception cref="DbException">DuckDB failed for a reason other than the file.</exception>
    public static Dataset Open(DatasetOptions options) => Open(options, metadataColumn: null, indexColumn: null);

    /// <summary>The same for files whose columns already contain the metadata and the row index.</summary>
    internal static Dataset Open(DatasetOptions options, string? metadataColumn, string? indexColumn)
    {
        DatasetRecords.Check(options);
        using var connection = DuckDbDatabase.OpenReader();
        var dataset = Of(DatasetSource.Open(options.Path, options.Filter, indexColumn, connection));
        // JSON without columns has no rows, or rows that are not objects; reading it tells which.
        if (dataset._format is null && (!dataset._source.IsJson || dataset._source.Fields.Count > 0))
        {
            dataset.Require(Columns.Treatment, "");
            if (options.RequireControl)
                dataset.Require(Columns.Control, ", which the chosen method needs");
        }
        return dataset;

        Dataset Of(DatasetSource source) => new(options, source, metadataColumn, column => source.IsAllNull(column, connection));
    }

    /// <summary>The rows, streamed from the file on each enumeration.</summary>
    /// <exception cref="AttributionException"><c>ATTR1304</c> and <c>ATTR1311</c> to <c>ATTR1317</c> at the faulty row; <c>ATTR1308</c> at the end if there
    /// were no rows.</exception>
    public IEnumerable<DatasetRow> Rows()
    {
        var file = Files.Count == 1 ? Files[0] : null;
        foreach (var (reader, row) in _records.Read(_decoder.Projection))
            yield return _decoder.Decode(reader, row, file, Options.RequireControl);
    }

    /// <summary>The number of rows that <see cref="Rows"/> returns.</summary>
    /// <exception cref="AttributionException"><c>ATTR1308</c>: there are none. <c>ATTR1304</c> and <c>ATTR1309</c>: the file or the filter is
    /// wrong.</exception>
    public long CountRows() => _records.Count();

    /// <summary>The SHA-256, in lower-case hexadecimal, of the files' bytes, concatenated, each preceded by its length.</summary>
    public string HashFiles()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        foreach (var file in Files)
        {
            using var stream = File.OpenRead(file);
            hash.AppendData(Encoding.ASCII.GetBytes($"{stream.Length}\n"));
            for (int read; (read = stream.Read(buffer)) > 0;)
                hash.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private bool Has(string side) => _source.Fields.Any(field => field.Name == Columns.Messages(side) || field.Name == Columns.Tokens(side));

    private void Require(string side, string why)
    {
        if (!Has(side))
            throw Missing(Columns.Messages(side), $"{Columns.Messages(side)} (nor {Columns.Tokens(side)}){why}");
        if (_source.Fields.Any(field => field.Name == Columns.Tokens(side)) && !_source.Fields.Any(field => field.Name == Columns.Keep(side)))
            throw Missing(Columns.Keep(side), $"{Columns.Keep(side)}, which {Columns.Tokens(side)} needs");
    }

    private AttributionException Missing(string column, string what) => new(
        ErrorCodes.DatasetColumnMissing,
        $"'{Path.GetFileName(Files[0])}' has no column {what}. Its columns are: {string.Join(", ", ColumnNames)}. Other layouts are told by their columns "
            + $"({string.Join("; ", RowFormat.All.Select(format => string.Join(", ", format.Required)))}), or named with TreatmentColumn.")
    { File = Files[0], Property = column };
}
