using Attribution.Data.Vectors;

namespace Attribution.Selection.Sources;

/// <summary>A file of vectors in NumPy's format: all of a table's rows, or some of them.</summary>
/// <param name="Path">The file.</param>
/// <param name="Header">Its head; <c>[rows, D]</c>, or <c>[rows, layers, D]</c>.</param>
/// <param name="Layer">Which of the layers of a row is read; 0 where there is one.</param>
/// <param name="Indices">The dataset's row of each row.</param>
/// <param name="Scales">A scale per row; empty if all are 1.</param>
internal sealed record NpyShard(string Path, NpyHeader Header, int Layer, long[] Indices, float[] Scales)
{
    public int Rows => Indices.Length;

    public int Dimension => (int)Header.Shape[^1];

    /// <summary>How many bytes a row takes in the file, with all of its layers.</summary>
    public int Stride => (int)Header.Shape.Skip(1).Aggregate(1L, (count, length) => count * length) * Header.Type.Bytes();

    /// <summary>Where the vector begins within its row.</summary>
    public int Offset => Layer * VectorBytes;

    public int VectorBytes => Dimension * Header.Type.Bytes();
}
