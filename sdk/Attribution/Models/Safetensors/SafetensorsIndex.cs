using System.Text.Json;
using Attribution.Data.Store;
using Attribution.Diagnostics;

namespace Attribution.Models.Safetensors;

/// <summary>The index of a sharded checkpoint, <c>model.safetensors.index.json</c>, which maps tensors to shards.</summary>
internal static class SafetensorsIndex
{
    /// <summary>Reads the index's <c>weight_map</c>: a shard's file name by tensor name.</summary>
    /// <exception cref="AttributionException">ATTR1110: the file cannot be read. ATTR1113: it is malformed.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        FileIdentity.RequireFile(path);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
                throw Error("The index has no object 'weight_map'.", path);
            var shards = new Dictionary<string, string>();
            foreach (var tensor in map.EnumerateObject())
            {
                if (tensor.Value.ValueKind != JsonValueKind.String || !IsFileName(tensor.Value.GetString()!))
                    throw Error($"The index puts tensor '{tensor.Name}' into {tensor.Value.GetRawText()}, which is not the name of a file in its own folder.",
                        path, tensor.Name);
                if (!shards.TryAdd(tensor.Name, tensor.Value.GetString()!))
                    throw Error($"The index names tensor '{tensor.Name}' twice.", path, tensor.Name);
            }
            return shards;
        }
        // JsonDocument throws InvalidOperationException for text that no string can hold.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Error($"The index is not valid JSON: {e.Message}", path, inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AttributionException(ErrorCodes.SafetensorsUnreadable, $"The index cannot be read: {e.Message}", e) { File = path };
        }
    }

    internal static AttributionException Error(string message, string path, string? tensor = null, Exception? inner = null) =>
        new(ErrorCodes.SafetensorsIndex, message, inner) { File = path, Property = tensor };

    private static bool IsFileName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\\0") < 0;
}
