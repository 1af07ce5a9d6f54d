using Attribution.Data.DuckDb;

namespace Attribution.Data.Parquet;

/// <summary>A column of float32 vectors of one length, written as lists of floats.</summary>
/// <param name="name">The column's name in the file.</param>
/// <param name="dimension">D, the length of every vector.</param>
public sealed class VectorColumn(string name, int dimension) : ParquetColumn(name)
{
    /// <summary>D, the length of every vector.</summary>
    public int Dimension { get; } = dimension;

    /// <summary>The batch, row after row: <c>[rows, D]</c>.</summary>
    public ReadOnlyMemory<float> Values { get; set; }

    internal override int Rows => Values.Length / Dimension;

    internal override nint CreateType() => CreateList(DuckDbNative.duckdb_create_logical_type((int)DuckDbKind.Float));

    internal override unsafe void Write(nint vector, int first, int count)
    {
        var elements = SetLists(vector, count, _ => Dimension);
        Values.Span.Slice(first * Dimension, count * Dimension).CopyTo(new(DuckDbNative.duckdb_vector_get_data(elements), count * Dimension));
    }
}
