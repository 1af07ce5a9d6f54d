using System.Runtime.InteropServices;
using Attribution.Data;
using Attribution.Data.Vectors;

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

    /// <inheritdoc/>
    public void ReadBlocks(VectorBlockVisitor visit, CancellationToken cancellation = default)
    {
        using var reader = VectorTableReader.Open(path, layer);
        long first = 0;
        while (reader.ReadBlock())
        {
            cancellation.ThrowIfCancellationRequested();
            visit(new VectorBlock(first, reader.Indices, reader.Dimension, VectorElement.Float32, MemoryMarshal.AsBytes(reader.Vectors)));
            first += reader.Indices.Length;
        }
    }
}
