using Attribution.Data;

namespace Attribution.Selection;

/// <summary>The vectors of one layer in <c>scores-*.parquet</c> files.</summary>
/// <param name="path">A file or a glob.</param>
/// <param name="layer">The 0-based block.</param>
public sealed class VectorTable(string path, int layer) : IVectorSource
{
    /// <inheritdoc/>
    public string Name => path;

    /// <inheritdoc/>
    public void Read(VectorVisitor visit)
    {
        using var reader = VectorTableReader.Open(path, layer);
        while (reader.Read())
            visit(reader.Index, reader.Vector);
    }
}
