using System.Runtime.InteropServices;
using Attribution.Data.Vectors;

namespace Attribution.Selection;

/// <summary>Vectors that can be read from the start as often as needed, one row after the other, and never need to be in memory together.</summary>
public interface IVectorSource
{
    /// <summary>What to call it in messages: a file or a set of files.</summary>
    string Name { get; }

    /// <summary>Calls <paramref name="visit"/> for every row, in the table's order. The vector is valid only during the call.</summary>
    void Read(VectorVisitor visit);

    /// <summary>
    /// Calls <paramref name="visit"/> for every block of rows, possibly from several threads at once and in any order: what is fastest. A block is valid
    /// only during the call.
    /// </summary>
    void ReadBlocks(VectorBlockVisitor visit, CancellationToken cancellation = default)
    {
        const int rows = 256;
        var (indices, vectors) = (new List<long>(rows), new List<float>());
        long first = 0;
        Read((index, vector) =>
        {
            indices.Add(index);
            vectors.AddRange(vector);
            if (indices.Count == rows)
                Flush(vector.Length);
        });
        if (indices.Count > 0)
            Flush(vectors.Count / indices.Count);

        void Flush(int dimension)
        {
            cancellation.ThrowIfCancellationRequested();
            visit(new VectorBlock(first, CollectionsMarshal.AsSpan(indices), dimension, VectorElement.Float32,
                MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(vectors))));
            first += indices.Count;
            indices.Clear();
            vectors.Clear();
        }
    }
}

/// <summary>Sees one row.</summary>
/// <param name="index">The row's 0-based place in its dataset.</param>
/// <param name="vector">Its vector, [D].</param>
public delegate void VectorVisitor(long index, ReadOnlySpan<float> vector);

/// <summary>Sees some rows.</summary>
public delegate void VectorBlockVisitor(scoped in VectorBlock block);
