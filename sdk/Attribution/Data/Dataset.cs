using System.Security.Cryptography;
using System.Text;
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
    private readonly RowDecoder _decoder;
    private long[]? _sample;

    private Dataset(DatasetOptions options, DatasetSource source, string? metadataColumn)
    {
        Options = options;
        _source = source;
        _decoder = source.IsJson ? new JsonRowDecoder() : new TableRowDecoder(source, metadataColumn);
    }

    public DatasetOptions Options { get; }

    /// <summary>The files that the path names.</summary>
    public IReadOnlyList<string> Files => _source.Files;

    /// <summary>The names of the file's columns; of JSON, those that its first rows have.</summary>
    public IReadOnlyList<string> ColumnNames => [.. _source.Fields.Select(column => column.Name)];

    /// <summary>Whether there is a column of controls.</summary>
    public bool HasControl => Has(Columns.Control);

    /// <summary>Finds the file and its columns and checks the filter; reads no rows yet.</summary>
    /// <exception cref="AttributionException">
    /// <c>ATTR1301</c> to <c>ATTR1310</c>: no file, unknown extension, unreadable, no treatment column (or no control
    /// column where one is required), a column of a wrong type or twice, a bad filter, a bad option.
    /// </exception>
    /// <exception cref="DuckDbException">DuckDB failed for a reason that has nothing to do with the file.</exception>
    public static Dataset Open(DatasetOptions options) => Open(options, metadataColumn: null, indexColumn: null);

    /// <summary>As the public one, for files whose columns already hold the metadata and the row's index.</summary>
    internal static Dataset Open(DatasetOptions options, string? metadataColumn, string? indexColumn)
    {
        if (options.Take is <= 0)
            throw new AttributionException(ErrorCodes.DatasetOptionInvalid, $"Take is {options.Take}; it must be at least 1, or left out for all rows.") { File = options.Path, Property = "Take" };
        using var connection = DuckDbConnection.Open();
        var dataset = new Dataset(options, DatasetSource.Open(options.Path, options.Filter, indexColumn, connection), metadataColumn);
        // JSON without columns has no rows, or rows that are no objects: reading it says which.
        if (!dataset._source.IsJson || dataset._source.Fields.Count > 0)
        {
            dataset.Require(Columns.Treatment, "");
            if (options.RequireControl)
                dataset.Require(Columns.Control, ", which the chosen method needs");
        }
        return dataset;
    }

    /// <summary>The rows, streamed from the file each time they are asked for.</summary>
    /// <exception cref="AttributionException">
    /// At the row at fault, <c>ATTR1304</c> and <c>ATTR1311</c> to <c>ATTR1317</c>; at the end, <c>ATTR1308</c> if there was no row.
    /// </exception>
    public IEnumerable<DatasetRow> Rows()
    {
        var sample = DrawSample();
        var file = Files.Count == 1 ? Files[0] : null;
        var taken = 0L;
        foreach (var (reader, row) in Stream(_source.Select(_decoder.Projection)))
        {
            if (sample is not null && reader.Column(0).GetInteger(row) != sample[taken])
                continue;
            yield return _decoder.Decode(reader, row, file, Options.RequireControl);
            if (++taken == (sample?.Length ?? Options.Take))
                yield break;
        }
        if (taken == 0)
            throw Empty();
    }

    /// <summary>How many rows <see cref="Rows"/> gives.</summary>
    /// <exception cref="AttributionException"><c>ATTR1308</c> if there are none; <c>ATTR1304</c> and <c>ATTR1309</c> as the filter meets them.</exception>
    public long CountRows()
    {
        var rows = 0L;
        foreach (var (reader, row) in Stream(_source.Count))
            rows = reader.Column(0).GetInteger(row);
        return rows == 0 ? throw Empty() : Math.Min(rows, Options.Take ?? long.MaxValue);
    }

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

    private long[]? DrawSample()
    {
        if (Options is not { Take: { } take, Seed: { } seed })
            return null;
        return _sample ??= RowSample.Draw(Stream(_source.Select("")).Select(at => at.Reader.Column(0).GetInteger(at.Row)), take, seed) is { Length: > 0 } drawn
            ? drawn
            : throw Empty();
    }

    /// <summary>Every row of a query's result as a place in the reader's present chunk.</summary>
    private IEnumerable<(DuckDbReader Reader, int Row)> Stream(string sql)
    {
        using var connection = DuckDbConnection.Open();
        using var reader = Try(() => connection.Query(sql));
        while (Try(reader.ReadChunk))
            for (var row = 0; row < reader.Rows; row++)
                yield return (reader, row);
    }

    private T Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DuckDbException error)
        {
            throw _source.Explain(error);
        }
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
        $"'{Path.GetFileName(Files[0])}' has no column {what}. Its columns are: {string.Join(", ", ColumnNames)}.")
    { File = Files[0], Property = column };

    private AttributionException Empty() => new(
        ErrorCodes.DatasetEmpty,
        string.IsNullOrWhiteSpace(Options.Filter)
            ? $"'{Options.Path}' has no rows."
            : $"The filter leaves no row of '{Options.Path}': {Options.Filter}")
    { File = Options.Path, Property = string.IsNullOrWhiteSpace(Options.Filter) ? null : "Filter" };
}
