using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Attribution.Contracts;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>
/// A training or evaluation set, read from its file row by row. A row has a treatment and may have a control, each as
/// <c>treatment_messages</c> (a list of role and content, or that as JSON text) or as <c>treatment_tokens</c> with
/// <c>treatment_keep</c>; tokens go before messages. Other columns are carried along as metadata. Nothing is held but the
/// rows at hand, however long the file is.
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

    /// <summary>Which rows are read, and how.</summary>
    public DatasetOptions Options { get; }

    /// <summary>The files that the path names.</summary>
    public IReadOnlyList<string> Files => _source.Files;

    /// <summary>The names of the file's columns; of JSON, those that its first rows have.</summary>
    public IReadOnlyList<string> ColumnNames => [.. _source.Fields.Select(column => column.Name)];

    /// <summary>Whether there is a column of controls.</summary>
    public bool HasControl => _format is null ? Has(Columns.Control) : _format.Required.Count > 1 && _format.Name is DatasetFormatNames.Preference or "columns";

    /// <summary>What the file's way to keep conversations is called, such as <c>ShareGPT</c>; null for our own columns.</summary>
    public string? ReadAs => _format?.Title;

    /// <summary>Finds the file and its columns and checks the filter; reads no rows yet.</summary>
    /// <exception cref="AttributionException">
    /// <c>ATTR1301</c> to <c>ATTR1310</c>: no file, unknown extension, unreadable, no treatment column (or no control
    /// column where one is required), a column of a wrong type or twice, a bad filter, a bad option.
    /// </exception>
    /// <exception cref="DbException">DuckDB failed for a reason that has nothing to do with the file.</exception>
    public static Dataset Open(DatasetOptions options) => Open(options, metadataColumn: null, indexColumn: null);

    /// <summary>As the public one, for files whose columns already hold the metadata and the row's index.</summary>
    internal static Dataset Open(DatasetOptions options, string? metadataColumn, string? indexColumn)
    {
        DatasetRecords.Check(options);
        using var connection = DuckDbDatabase.Open();
        var dataset = Of(DatasetSource.Open(options.Path, options.Filter, indexColumn, connection));
        // JSON without columns has no rows, or rows that are no objects: reading it says which.
        if (dataset._format is null && (!dataset._source.IsJson || dataset._source.Fields.Count > 0))
        {
            dataset.Require(Columns.Treatment, "");
            if (options.RequireControl)
                dataset.Require(Columns.Control, ", which the chosen method needs");
        }
        return dataset;

        Dataset Of(DatasetSource source) => new(options, source, metadataColumn, column => source.IsAllNull(column, connection));
    }

    /// <summary>The rows, streamed from the file each time they are asked for.</summary>
    /// <exception cref="AttributionException">
    /// At the row at fault, <c>ATTR1304</c> and <c>ATTR1311</c> to <c>ATTR1317</c>; at the end, <c>ATTR1308</c> if there was no row.
    /// </exception>
    public IEnumerable<DatasetRow> Rows()
    {
        var file = Files.Count == 1 ? Files[0] : null;
        foreach (var (reader, row) in _records.Read(_decoder.Projection))
            yield return _decoder.Decode(reader, row, file, Options.RequireControl);
    }

    /// <summary>How many rows <see cref="Rows"/> gives.</summary>
    /// <exception cref="AttributionException"><c>ATTR1308</c> if there are none; <c>ATTR1304</c> and <c>ATTR1309</c> as the filter meets them.</exception>
    public long CountRows() => _records.Count();

    /// <summary>SHA-256, in lower-case hex, of the bytes of the files, one after the other with their lengths before them.</summary>
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
