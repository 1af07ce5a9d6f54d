using System.IO.Compression;
using System.Text.Json;

namespace Attribution.Data;

/// <summary>The position where a file stops being JSON: 1-based line and byte, and for JSON lines the 0-based row.</summary>
internal sealed record MalformedJson(long Line, long Byte, long? Row, string Reason)
{
    /// <summary>Larger JSON arrays are not searched; DuckDB's own message is shown instead.</summary>
    private const long LargestArray = 1L << 30;

    /// <summary>Looks for the error with another parser; null if it finds none or cannot read the file (zstd).</summary>
    public static MalformedJson? Locate(string file, DatasetFormat format)
    {
        if (file.EndsWith(".zst", StringComparison.OrdinalIgnoreCase))
            return null;
        using Stream raw = File.OpenRead(file);
        using var stream = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        return format == DatasetFormat.JsonLines ? LocateLine(stream) : LocateInArray(stream, raw.Length);
    }

    private static MalformedJson? LocateLine(Stream stream)
    {
        // Latin-1 preserves every byte, so that a line can be passed on as bytes.
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        for (long line = 1, row = 0; reader.ReadLine() is { } text; line++)
        {
            var bytes = System.Text.Encoding.Latin1.GetBytes(text).AsSpan();
            if (line == 1 && bytes.StartsWith("\uFEFF"u8))
                bytes = bytes[3..];
            if (bytes.Trim(" \t\r"u8).IsEmpty)
                continue;
            if (Fault(bytes) is { } fault)
                return new(line, fault.Byte, row, fault.Reason);
            row++;
        }
        return null;
    }

    private static MalformedJson? LocateInArray(Stream stream, long length)
    {
        if (length > LargestArray)
            return null;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Fault(memory.ToArray()) is { } fault ? new(fault.Line, fault.Byte, null, fault.Reason) : null;
    }

    private static (long Line, long Byte, string Reason)? Fault(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    _ = reader.GetString();
            return null;
        }
        catch (JsonException error)
        {
            var reason = error.Message[..(error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? end : error.Message.Length)];
            return ((error.LineNumber ?? 0) + 1, (error.BytePositionInLine ?? 0) + 1, reason);
        }
        catch (InvalidOperationException)
        {
            var before = json[..(int)reader.TokenStartIndex];
            return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'),
                "a text holds bytes that are not UTF-8 or half of a surrogate pair.");
        }
    }
}
