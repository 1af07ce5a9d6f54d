using System.Runtime.InteropServices;
using Attribution.Data.Vectors;

namespace Attribution.Selection;

/// <summary>Vectors that can be read row by row, from the start as often as needed, without having all of them in memory.</summary>
public interface IVectorSource
{
    /// <summary>The source's name in messages: a file or a set of files.</summary>
    string Name { get; }

    /// <summary>Calls <paramref name="visit"/> for every row, in the table's order. The vector is valid only during the call.</summary>
    void Read(VectorVisitor visit);

    /// <summary>
    /// Calls <paramref name="visit"/> for every block of rows, in whatever way is fastest: possibly from several threads at once and in any order. A block is
    /// valid only during the call.
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

/// <summary>Receives one row.</summary>
/// <param name="index">The 0-based index of the row in its dataset.</param>
/// <param name="vector">The row's vector, [D].</param>
public delegate void VectorVisitor(long index, ReadOnlySpan<float> vector);

/// <summary>Receives a block of rows.</summary>
public delegate void VectorBlockVisitor(scoped in VectorBlock block);
