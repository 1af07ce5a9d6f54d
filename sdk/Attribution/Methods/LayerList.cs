using Attribution.Diagnostics;

namespace Attribution.Methods;

/// <summary>Parses the blocks that an experiment asks for.</summary>
internal static class LayerList
{
    /// <summary>Checks that the model has all of the layers.</summary>
    /// <param name="layers">0-based blocks; null for all.</param>
    /// <param name="blockCount">The number of blocks in the model.</param>
    /// <exception cref="AttributionException">ATTR1403: it lacks one of them.</exception>
    public static void RequireAll(IEnumerable<int>? layers, int blockCount)
    {
        foreach (var layer in layers ?? [])
            if (layer < 0 || layer >= blockCount)
                throw new AttributionException(ErrorCodes.LayerOutOfRange,
                    $"There is no layer {layer}: the model has blocks 0 to {blockCount - 1}. Set AttributionLayer to one of them.")
                { Property = "AttributionLayer" };
    }

    /// <summary>Reads <c>2</c>, <c>2,4</c>, <c>2;4</c> or <c>all</c>.</summary>
    /// <param name="text">The text from the user.</param>
    /// <param name="blockCount">The number of blocks in the model.</param>
    /// <returns>0-based block indices in ascending order, without duplicates.</returns>
    /// <exception cref="AttributionException">The text has another form, or names a block that the model does not have.</exception>
    public static IReadOnlyList<int> Parse(string text, int blockCount)
    {
        if (text.Trim() == "all")
            return [.. Enumerable.Range(0, blockCount)];
        var parts = text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var layers = new SortedSet<int>();
        foreach (var part in parts)
        {
            if (!int.TryParse(part, out var layer))
                throw Invalid($"'{part}' is no layer. Give 0-based blocks with commas between them, such as 2,4, or all.");
            if (layer < 0 || layer >= blockCount)
                throw Invalid($"There is no layer {layer}: the model has blocks 0 to {blockCount - 1}.");
            layers.Add(layer);
        }
        return layers.Count > 0 ? [.. layers] : throw Invalid("No layer is given. Give 0-based blocks with commas between them, such as 2,4, or all.");

        static AttributionException Invalid(string message) => new(ErrorCodes.LayerOutOfRange, message) { Property = "AttributionLayer" };
    }
}
