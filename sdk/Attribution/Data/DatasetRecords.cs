using System.Data.Common;
using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Data;

/// <summary>The records of a dataset's files that remain after filter, take and seed, before they are decoded.</summary>
internal sealed class DatasetRecords(DatasetOptions options, DatasetSource source)
{
    private long[]? _sample;

    /// <exception cref="AttributionException">ATTR1310: an option is out of range.</exception>
    public static void Check(DatasetOptions options)
    {
        if (options.Take is <= 0)
            throw new AttributionException(ErrorCodes.DatasetOptionInvalid,
                $"Take is {options.Take}; it must be at least 1, or left out for all rows.")
            { File = options.Path, Property = "Take" };
    }

    /// <summary>Every record as a position in the reader's current chunk, with index, file and the columns of <paramref name="projection"/>.</summary>
    /// <exception cref="AttributionException">ATTR1308 at the end if there were none; ATTR1304 and ATTR1309 if the file or the filter is wrong.</exception>
    public IEnumerable<(DuckDbReader Reader, int Row)> Read(string projection)
    {
        var sample = DrawSample();
        var taken = 0L;
        foreach (var (reader, row) in Stream(source.Select(projection)))
        {
            if (sample is not null && reader.Column(0).GetInteger(row) != sample[taken])
                continue;
            yield return (reader, row);
            if (++taken == (sample?.Length ?? options.Take))
                yield break;
        }
        if (taken == 0)
            throw Empty();
    }

    /// <summary>The number of records that <see cref="Read"/> returns.</summary>
    /// <exception cref="AttributionException">As for <see cref="Read"/>.</exception>
    public long Count()
    {
        var rows = 0L;
        foreach (var (reader, row) in Stream(source.Count))
            rows = reader.Column(0).GetInteger(row);
        return rows == 0 ? throw Empty() : Math.Min(rows, options.Take ?? long.MaxValue);
    }

    private long[]? DrawSample()
    {
        if (options is not { Take: { } take, Seed: { } seed })
            return null;
        return _sample ??= RowSample.Draw(Stream(source.Select("")).Select(at => at.Reader.Column(0).GetInteger(at.Row)), take, seed) is { Length: > 0 } drawn
            ? drawn
            : throw Empty();
    }

    private IEnumerable<(DuckDbReader Reader, int Row)> Stream(string sql)
    {
        using var connection = DuckDbDatabase.OpenReader();
        using var reader = Try(() => connection.Stream(sql));
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
        catch (DbException error)
        {
            throw source.Explain(error);
        }
    }

    private AttributionException Empty() => new(
        ErrorCodes.DatasetEmpty,
        string.IsNullOrWhiteSpace(options.Filter)
            ? $"'{options.Path}' has no rows."
            : $"The filter leaves no row of '{options.Path}': {options.Filter}")
    { File = options.Path, Property = string.IsNullOrWhiteSpace(options.Filter) ? null : "Filter" };
}
