using System.Runtime.InteropServices;
using Attribution.Data;
using Attribution.Data.Vectors;
using Attribution.Selection.Sources;

namespace Attribution.Selection;

/// <summary>The vectors of one layer in <c>scores-*.parquet</c> files.</summary>
/// <param name="path">A file or a glob.</param>
/// <param name="layer">The 0-based block.</param>
public sealed class VectorTable(string path, int layer) : IVectorSource
{
    /// <summary>The limit for all threads together, which matters for very large row groups.</summary>
    private const long MostBytes = 2L << 30;

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
    public void ReadBlocks(VectorBlockVisitor visit, CancellationToken cancellation = default) => ReadBlocks(Environment.ProcessorCount, visit, cancellation);

    internal void ReadBlocks(int threads, VectorBlockVisitor visit, CancellationToken cancellation)
    {
        var files = VectorTableFiles.Open(path, layer);
        var dimension = files.Dimension;
        var affordable = Math.Max(1, Math.Min(MostBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4) / Math.Max(1, files.LargestGroupBytes));
        Pieces.Run((int)Math.Min(threads, affordable), files.Groups.Count, files.CreateReader, (reader, piece) =>
        {
            var group = files.Groups[piece];
            if (reader.Read(group, dimension) > 0)
                visit(new VectorBlock(group.FirstRow, reader.Indices, reader.Dimension, VectorElement.Float32, MemoryMarshal.AsBytes(reader.Vectors)));
        }, cancellation);
    }
}
