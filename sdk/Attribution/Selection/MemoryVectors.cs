using Attribution.Diagnostics;

namespace Attribution.Selection;

/// <summary>Vectors that are in memory.</summary>
public sealed class MemoryVectors : IVectorSource
{
    private readonly IReadOnlyList<float[]> _vectors;

    /// <summary>A row for each vector.</summary>
    /// <param name="vectors">The vectors, [D] each; NaN in the first number for a row without one. They are not copied.</param>
    /// <exception cref="AttributionException">ATTR1504: two of them have different widths.</exception>
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

    /// <summary>Vectors one after the other, as <see cref="Methods.VectorComputer"/> gives them.</summary>
    /// <param name="vectors">[N, D], row by row.</param>
    /// <param name="rows">N.</param>
    public static MemoryVectors RowMajor(float[] vectors, int rows) => new([.. vectors.Chunk(Math.Max(1, vectors.Length / Math.Max(1, rows)))]);

    /// <summary>What to call it in messages.</summary>
    public string Name { get; init; } = "vectors in memory";

    /// <summary>The row's 0-based place in its dataset for each vector; null where the vectors are of all rows in order.</summary>
    public IReadOnlyList<long>? Indices { get; init; }

    /// <inheritdoc/>
    public void Read(VectorVisitor visit)
    {
        for (var row = 0; row < _vectors.Count; row++)
            visit(Indices?[row] ?? row, _vectors[row]);
    }
}
