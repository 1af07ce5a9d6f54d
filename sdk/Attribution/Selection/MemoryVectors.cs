using Attribution.Diagnostics;

namespace Attribution.Selection;

/// <summary>Vectors in memory.</summary>
public sealed class MemoryVectors : IVectorSource
{
    private readonly IReadOnlyList<float[]> _vectors;

    /// <summary>Creates a source with one row per vector.</summary>
    /// <param name="vectors">The vectors, [D] each; a row without a vector has NaN as its first component. They are not copied.</param>
    /// <exception cref="AttributionException">ATTR1504: two vectors have different widths.</exception>
    public MemoryVectors(params IReadOnlyList<float[]> vectors)
    {
        _vectors = vectors;
        for (var row = 1; row < vectors.Count; row++)
            if (vectors[row].Length != vectors[0].Length)
                throw new AttributionException(ErrorCodes.VectorWidths,
                    $"Vector {row} has {vectors[row].Length} numbers, and vector 0 has {vectors[0].Length}. Give "
                    + "vectors of one method and layer.")
                { Row = row };
    }

    /// <summary>Creates a source from concatenated vectors, as <see cref="Methods.VectorComputer"/> returns them.</summary>
    /// <param name="vectors">[N, D], row-major.</param>
    /// <param name="rows">N, the number of rows.</param>
    public static MemoryVectors RowMajor(float[] vectors, int rows) => new([.. vectors.Chunk(Math.Max(1, vectors.Length / Math.Max(1, rows)))]);

    /// <summary>The source's name in messages.</summary>
    public string Name { get; init; } = "vectors in memory";

    /// <summary>The 0-based index in the dataset for each vector; null if the vectors are those of all rows in order.</summary>
    public IReadOnlyList<long>? Indices { get; init; }

    /// <inheritdoc/>
    public void Read(VectorVisitor visit)
    {
        for (var row = 0; row < _vectors.Count; row++)
            visit(Indices?[row] ?? row, _vectors[row]);
    }
}
