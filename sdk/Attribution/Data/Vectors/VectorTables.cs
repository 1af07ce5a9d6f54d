using System.Globalization;
using Attribution.Methods;

namespace Attribution.Data.Vectors;

/// <summary>
/// The files of a vector table at one layer L:
/// <list type="bullet">
/// <item><c>parquet</c>: <c>scores-L.parquet</c> with columns idx, layer, vector; metadata in the file.</item>
/// <item><c>npy</c>: <c>scores-L.npy</c>, float32 <c>[N, D]</c>, and <c>index-L.npy</c>, int64 <c>[N]</c>: the dataset row of each vector.</item>
/// <item><c>npy-float16</c> and <c>int8</c>: the same with float16 or int8 numbers, and <c>scales-L.npy</c>, float32 <c>[N]</c>: a vector is its row of scores
/// times its scale.</item>
/// </list>
/// L is <c>all</c> for vectors that belong to no single layer (<see cref="VectorKey.WholeModel"/>).
/// </summary>
internal static class VectorTables
{
    /// <summary>Creates a writer of a table's files.</summary>
    /// <param name="folder">The folder to write to, which must exist.</param>
    /// <param name="layer">The 0-based block.</param>
    /// <param name="format">The format.</param>
    /// <param name="dimension">D, the length of every vector.</param>
    public static ILayerVectorWriter Create(string folder, int layer, VectorFormat format, int dimension) => format switch
    {
        VectorFormat.Parquet => new ParquetLayerWriter(Path.Combine(folder, ParquetFile(layer)), layer, dimension),
        VectorFormat.Npy or VectorFormat.NpyFloat16 or VectorFormat.Int8 => new NpyLayerWriter(folder, layer, format, dimension),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>The names of all files that a table may have, in any format.</summary>
    public static IReadOnlyList<string> FilesOf(int layer) => [ParquetFile(layer), ScoresFile(layer), IndexFile(layer), ScalesFile(layer)];

    /// <summary>The file name <c>scores-L.parquet</c>.</summary>
    public static string ParquetFile(int layer) => $"scores-{Label(layer)}.parquet";

    internal static string ScoresFile(int layer) => $"scores-{Label(layer)}.npy";

    internal static string IndexFile(int layer) => $"index-{Label(layer)}.npy";

    internal static string ScalesFile(int layer) => $"scales-{Label(layer)}.npy";

    private static string Label(int layer) => layer == VectorKey.WholeModel ? "all" : layer.ToString(CultureInfo.InvariantCulture);
}
