using System.Text.Json;
using Attribution.Diagnostics;

namespace Attribution.Data.Vectors;

/// <summary>
/// The files of a table of vectors at one layer L:
/// <list type="bullet">
/// <item><c>parquet</c>: <c>scores-L.parquet</c> with columns idx, layer, vector; metadata in the file.</item>
/// <item><c>npy</c>: <c>scores-L.npy</c>, float32 <c>[N, D]</c>, and <c>index-L.npy</c>, int64 <c>[N]</c>: the dataset row of each vector.</item>
/// <item><c>npy-float16</c> and <c>int8</c>: the same with float16 or int8 numbers, and <c>scales-L.npy</c>, float32 <c>[N]</c>: vector = row of scores times its scale.</item>
/// </list>
/// Metadata of the NumPy formats is in <c>metadata-L.json</c>, an object of texts, where there is any.
/// </summary>
public static class VectorTables
{
    /// <summary>A writer of a table's files.</summary>
    /// <param name="folder">Where to write; it must be there.</param>
    /// <param name="layer">The 0-based block.</param>
    /// <param name="format">In what form.</param>
    /// <param name="dimension">D, the length of every vector.</param>
    /// <param name="metadata">See <see cref="VectorMetadata"/>; none by default.</param>
    public static ILayerVectorWriter Create(string folder, int layer, VectorFormat format, int dimension, IReadOnlyDictionary<string, string>? metadata = null) => format switch
    {
        VectorFormat.Parquet => new ParquetLayerWriter(Path.Combine(folder, ParquetFile(layer)), layer, dimension, metadata),
        VectorFormat.Npy or VectorFormat.NpyFloat16 or VectorFormat.Int8 => new NpyLayerWriter(folder, layer, format, dimension, metadata),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>The names of the files that <see cref="Create"/> may write.</summary>
    public static IReadOnlyList<string> FilesOf(VectorFormat format, int layer) => format switch
    {
        VectorFormat.Parquet => [ParquetFile(layer)],
        VectorFormat.Npy => [ScoresFile(layer), IndexFile(layer), MetadataFile(layer)],
        _ => [ScoresFile(layer), IndexFile(layer), ScalesFile(layer), MetadataFile(layer)],
    };

    /// <summary><c>scores-L.parquet</c>.</summary>
    public static string ParquetFile(int layer) => $"scores-{layer}.parquet";

    internal static string ScoresFile(int layer) => $"scores-{layer}.npy";

    internal static string IndexFile(int layer) => $"index-{layer}.npy";

    internal static string ScalesFile(int layer) => $"scales-{layer}.npy";

    internal static string MetadataFile(int layer) => $"metadata-{layer}.json";

    internal static IReadOnlyDictionary<string, string> ReadMetadata(string folder, int layer)
    {
        var path = Path.Combine(folder, MetadataFile(layer));
        if (!File.Exists(path))
            return VectorMetadata.None;
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(path)) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new AttributionException(ErrorCodes.VectorTableInvalid, $"'{path}' is no object of texts: {e.Message} Compute the vectors again.", e) { File = path };
        }
    }
}
