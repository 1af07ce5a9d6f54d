using System.Text.Json;
using System.Text.Unicode;
using Attribution.Diagnostics;

namespace Attribution.Models.Safetensors;

/// <summary>
/// The validated JSON header of a safetensors file. After <see cref="Parse"/> the tensors tile the buffer after the header, so no entry points outside of it.
/// </summary>
/// <param name="Entries">The tensors in the order of their bytes.</param>
/// <param name="Metadata">The free-form metadata under <c>__metadata__</c>.</param>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The size of the header's length field, which is little-endian.</summary>
    public const int LengthBytes = 8;

    /// <summary>The longest header that the format allows, in bytes.</summary>
    public const long MaxBytes = 100_000_000;

    public const string MetadataKey = "__metadata__";

    /// <param name="json">The header's bytes.</param>
    /// <param name="bufferBytes">The number of bytes after the header in the file.</param>
    /// <param name="file">The file's path, for error messages.</param>
    /// <exception cref="AttributionException">ATTR1111 or ATTR1112, with the tensor as property if one is at fault.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long bufferBytes, string file)
    {
        if (json.Length == 0 || json.Span[0] != '{')
            throw Header("The header does not start with '{': this is not a safetensors file, or a damaged one.", file);
        if (!Utf8.IsValid(json.Span))
            throw Header("The header is not valid UTF-8: the file is damaged.", file);
        try
        {
            using var document = JsonDocument.Parse(json);
            var header = Read(document.RootElement, file);
            CheckTiling(header.Entries, bufferBytes, file);
            return header;
        }
        // JsonDocument throws InvalidOperationException for an escaped lone surrogate, which no string can hold.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Header($"The header is not valid JSON ({e.Message.TrimEnd('.')}): the file is damaged.", file, inner: e);
        }
    }

    private static SafetensorsHeader Read(JsonElement root, string file)
    {
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>();
        Dictionary<string, string> metadata = [];
        foreach (var property in root.EnumerateObject())
        {
            if (!names.Add(property.Name))
                throw Header($"The header has the key '{property.Name}' twice.", file, property.Name);
            if (property.Name == MetadataKey)
                metadata = ReadMetadata(property.Value, file);
            else
                entries.Add(ReadEntry(property.Name, property.Value, file));
        }
        // Empty tensors come before others that start at the same byte, so that one pass can check the tiling.
        entries.Sort((a, b) => (a.Begin, a.End, a.Name).CompareTo((b.Begin, b.End, b.Name)));
        return new(entries, metadata);
    }

    private static Dictionary<string, string> ReadMetadata(JsonElement element, string file)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Header($"{MetadataKey} is {Kind(element)}; it must be an object of strings.", file, MetadataKey);
        var metadata = new Dictionary<string, string>();
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw Header($"{MetadataKey} has {Kind(property.Value)} under '{property.Name}'; only strings are allowed.", file, MetadataKey);
            if (!metadata.TryAdd(property.Name, property.Value.GetString()!))
                throw Header($"{MetadataKey} has the key '{property.Name}' twice.", file, MetadataKey);
        }
        return metadata;
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement element, string file)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Header($"Tensor '{name}' is described by {Kind(element)}; it must be an object.", file, name);
        SafetensorsDType? dtype = null;
        long[]? shape = null, offsets = null;
        foreach (var property in element.EnumerateObject())
        {
            var repeated = property.Name switch
            {
                "dtype" => dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => throw Header($"Tensor '{name}' has the unknown key '{property.Name}'.", file, name),
            };
            if (repeated)
                throw Header($"Tensor '{name}' has the key '{property.Name}' twice.", file, name);
            if (property.Name == "dtype")
                dtype = ReadDType(name, property.Value, file);
            else if (property.Name == "shape")
                shape = ReadSizes(name, "shape", property.Value, file);
            else
                offsets = ReadSizes(name, "data_offsets", property.Value, file);
        }
        if (dtype is null || shape is null || offsets is null)
            throw Header($"Tensor '{name}' lacks its {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")}.", file, name);
        return Check(name, dtype.Value, shape, offsets, file);
    }

    private static SafetensorsDType ReadDType(string name, JsonElement element, string file)
    {
        var text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        return SafetensorsDTypeExtensions.TryParse(text, out var dtype)
            ? dtype
            : throw Header($"Tensor '{name}' has the dtype {element.GetRawText()}, which the format does not have.", file, name);
    }

    private static long[] ReadSizes(string name, string key, JsonElement element, string file)
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw Header($"Tensor '{name}' has {Kind(element)} as its {key}; it must be an array of whole numbers.", file, name);
        var sizes = new long[element.GetArrayLength()];
        var i = 0;
        foreach (var item in element.EnumerateArray())
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out sizes[i++]) || sizes[i - 1] < 0)
                throw Header($"Tensor '{name}' has {Shorten(item.GetRawText())} in its {key}; only whole numbers from 0 to 2^63-1 are allowed.", file, name);
        return sizes;
    }

    private static SafetensorsEntry Check(string name, SafetensorsDType dtype, long[] shape, long[] offsets, string file)
    {
        if (offsets is not [var begin, var end] || end < begin)
            throw Layout($"Tensor '{name}' has the data_offsets [{string.Join(", ", offsets)}]; they must be a begin and an end not before it.", file, name);
        if (!dtype.TryGetByteCount(shape, out var bytes))
            throw Layout($"Tensor '{name}' of dtype {dtype.Name()} has the shape [{string.Join(", ", shape)}], which is no possible number of bytes.", file,
                name);
        if (bytes != end - begin)
            throw Layout($"Tensor '{name}' of dtype {dtype.Name()} and shape [{string.Join(", ", shape)}] takes {bytes} bytes, but its "
                + $"data_offsets span {end - begin}.", file, name);
        return new(name, dtype, shape, begin, end);
    }

    private static void CheckTiling(IReadOnlyList<SafetensorsEntry> entries, long bufferBytes, string file)
    {
        var at = 0L;
        foreach (var entry in entries)
        {
            if (entry.End > bufferBytes)
                throw Layout($"Tensor '{entry.Name}' ends at byte {entry.End} of the data, but the file holds {bufferBytes}: it is "
                    + "truncated. Fetch or save it again.", file, entry.Name);
            if (entry.Begin < at)
                throw Layout($"Tensor '{entry.Name}' begins at byte {entry.Begin} of the data, inside the tensor before it, which ends at {at}.", file,
                    entry.Name);
            if (entry.Begin > at)
                throw Layout($"Tensor '{entry.Name}' begins at byte {entry.Begin} of the data and leaves a hole after byte {at}; the format allows none.",
                    file, entry.Name);
            at = entry.End;
        }
        if (at != bufferBytes)
            throw Layout($"The tensors end at byte {at} of the data, but the file holds {bufferBytes}: {bufferBytes - at} bytes belong to none.", file);
    }

    internal static AttributionException Header(string message, string file, string? tensor = null, Exception? inner = null) =>
        new(ErrorCodes.SafetensorsHeader, message, inner) { File = file, Property = tensor };

    private static AttributionException Layout(string message, string file, string? tensor = null) =>
        new(ErrorCodes.SafetensorsLayout, message) { File = file, Property = tensor };

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
