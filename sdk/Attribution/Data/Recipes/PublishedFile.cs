using System.Data.Common;
using System.Text;
using System.Text.Json;
using Attribution.Data.DuckDb;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.GZip;

namespace Attribution.Data.Recipes;

/// <summary>Reads one published file row by row. An unreadable row is recorded, and reading continues with the next one.</summary>
internal static class PublishedFile
{
    /// <summary>The rows of a JSON Lines file (also gzipped) or a Parquet file.</summary>
    /// <exception cref="AttributionException">ATTR1302: the format is another. ATTR1303: the file is no Parquet or gzip file, or was cut off.</exception>
    public static IEnumerable<PublishedRow> Read(string path, BrokenRows broken) => DatasetFormats.Of(path) switch
    {
        DatasetFormat.JsonLines when !path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) => Lines(path, broken),
        DatasetFormat.Parquet => Parquet(path, broken),
        _ => throw new AttributionException(ErrorCodes.DatasetFormatUnknown,
            $"'{Path.GetFileName(path)}': recipes read the formats that datasets are published in, .parquet and .jsonl (.jsonl.gz).")
        { File = path },
    };

    private static IEnumerable<PublishedRow> Lines(string path, BrokenRows broken)
    {
        FileIdentity.RequireFile(path);
        using var file = File.OpenRead(path);
        // The runtime's own GZipStream takes a file that was cut off for a shorter one.
        using Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipInputStream(file) : file;
        using var reader = new StreamReader(content, new UTF8Encoding(false, throwOnInvalidBytes: false));
        for (var row = 0L; Try(path, "gzip", reader.ReadLine) is { } line;)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (Parse(path, row, line, broken) is { } parsed)
                yield return parsed;
            row++;
        }
    }

    private static IEnumerable<PublishedRow> Parquet(string path, BrokenRows broken)
    {
        using var connection = DuckDbDatabase.OpenReader();
        using var reader = Try(path, "Parquet", () => connection.Stream($"SELECT to_json(t) FROM read_parquet({DatasetFiles.ToSql([path])}) t"));
        for (var first = 0L; Try(path, "Parquet", reader.ReadChunk); first += reader.Rows)
            for (var row = 0; row < reader.Rows; row++)
                if (Parse(path, first + row, reader.Column(0).GetString(row)!, broken) is { } parsed)
                    yield return parsed;
    }

    private static PublishedRow? Parse(string path, long row, string json, BrokenRows broken)
    {
        broken.AddRead();
        try
        {
            var value = JsonElement.Parse(json);
            if (value.ValueKind == JsonValueKind.Object)
                return new PublishedRow(path, row, value);
            broken.Add(new(path, row, null, "it is no JSON object"));
        }
        catch (JsonException)
        {
            broken.Add(new(path, row, null, "it is not JSON"));
        }
        return null;
    }

    private static T Try<T>(string path, string format, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is DbException or SharpZipBaseException or EndOfStreamException)
        {
            throw new AttributionException(ErrorCodes.DatasetUnreadable, $"'{Path.GetFileName(path)}' cannot be read as {format}: {e.Message}",
                e)
            { File = path };
        }
    }
}
