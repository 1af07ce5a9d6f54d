using System.IO.Compression;

namespace Attribution.Data;

/// <summary>Finds the row that exceeds the length limit.</summary>
internal static class LongRow
{
    /// <summary>The greatest number of bytes that DuckDB reads as a line.</summary>
    public static long LimitOf(DatasetFormat format) => format is DatasetFormat.Csv or DatasetFormat.Tsv ? 16_000_000 : 1 << 25;

    /// <summary>The first 1-based line that is longer than a limit; null if there is none or the file cannot be searched (zstd).</summary>
    public static long? Locate(string file, long limit)
    {
        if (file.EndsWith(".zst", StringComparison.OrdinalIgnoreCase))
            return null;
        using Stream raw = File.OpenRead(file);
        using var stream = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        var buffer = new byte[1 << 20];
        var (line, length) = (1L, 0L);
        for (int read; (read = stream.Read(buffer)) > 0;)
            for (var rest = buffer.AsSpan(0, read); ;)
            {
                var end = rest.IndexOf((byte)'\n');
                length += end < 0 ? rest.Length : end;
                if (length > limit)
                    return line;
                if (end < 0)
                    break;
                (line, length) = (line + 1, 0);
                rest = rest[(end + 1)..];
            }
        return null;
    }
}
