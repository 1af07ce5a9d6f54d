using Attribution.Data.DuckDb;

namespace Attribution.Data.Parquet;

/// <summary>A column of <c>bool</c>, <c>int</c>, <c>long</c>, <c>float</c> or <c>double</c>, without nulls.</summary>
public sealed class NumberColumn<T>(string name) : ParquetColumn(name) where T : unmanaged
{
    /// <summary>The batch, one value per row.</summary>
    public ReadOnlyMemory<T> Values { get; set; }

    internal override int Rows => Values.Length;

    internal override nint CreateType() => DuckDbNative.duckdb_create_logical_type((int)KindOf<T>());

    internal override unsafe void Write(nint vector, int first, int count) =>
        Values.Span.Slice(first, count).CopyTo(new(DuckDbNative.duckdb_vector_get_data(vector), count));
}
