using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Attribution.Models.Safetensors;

/// <summary>
/// Writes safetensors files whose bytes depend only on the tensors and the metadata: tensors in the reference implementation's order (descending dtype, then
/// name), metadata by key, and the header padded with spaces to a multiple of 8 so that every tensor is aligned.
/// </summary>
internal static class SafetensorsWriter
{
    /// <summary>
    /// Writes the tensors one after the other to a temporary file beside <paramref name="path"/>, flushes it to disk and renames it, so that a reader sees
    /// either the old or the new file.
    /// </summary>
    /// <exception cref="ArgumentException">Two tensors have the same name, a shape is impossible, or a source wrote a different number of bytes than its shape
    /// needs.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<SafetensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sources = tensors.ToArray();
        Array.Sort(sources, static (a, b) => a.DType != b.DType ? b.DType.CompareTo(a.DType) : CompareUtf8(a.Name, b.Name));
        var sizes = sources.Select(ByteCount).ToArray();
        var header = Header(sources, sizes, metadata);

        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                stream.Write(header);
                for (var i = 0; i < sources.Length; i++)
                {
                    var begin = stream.Position;
                    sources[i].WriteTo(stream);
                    if (stream.Position - begin != sizes[i])
                        throw new ArgumentException($"tensor '{sources[i].Name}' takes {sizes[i]} bytes, but its source wrote {stream.Position - begin}",
                            nameof(tensors));
                }
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static long ByteCount(SafetensorsSource source) =>
        source.Shape.All(size => size >= 0) && source.DType.TryGetByteCount(source.Shape, out var bytes)
            ? bytes
            : throw new ArgumentException($"tensor '{source.Name}' cannot have the shape [{string.Join(", ", source.Shape)}]");

    /// <summary>The header's length, JSON and padding.</summary>
    private static byte[] Header(SafetensorsSource[] sources, long[] sizes, IReadOnlyDictionary<string, string>? metadata)
    {
        var names = new HashSet<string> { SafetensorsHeader.MetadataKey };
        var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[SafetensorsHeader.LengthBytes]);
        // The reference escapes only what JSON requires; for names that occur, the relaxed encoder does the same.
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is not null)
                WriteMetadata(json, metadata);
            var at = 0L;
            for (var i = 0; i < sources.Length; i++)
            {
                if (!names.Add(sources[i].Name))
                    throw new ArgumentException($"the name '{sources[i].Name}' is taken");
                WriteEntry(json, sources[i], at, at += sizes[i]);
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        var bytes = buffer.ToArray();
        var length = bytes.Length - SafetensorsHeader.LengthBytes;
        if (length > SafetensorsHeader.MaxBytes)
            throw new ArgumentException($"the header would have {length} bytes, over the format's limit of {SafetensorsHeader.MaxBytes}");
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsSource source, long begin, long end)
    {
        json.WriteStartObject(source.Name);
        json.WriteString("dtype", source.DType.Name());
        json.WriteStartArray("shape");
        foreach (var size in source.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // UTF-16 order differs from the reference's UTF-8 order for characters beyond the basic plane.
    private static int CompareUtf8(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
}
