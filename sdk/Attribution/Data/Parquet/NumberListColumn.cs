using Attribution.Data.DuckDb;

namespace Attribution.Data.Parquet;

/// <summary>A column of lists of numbers, each as long as it is; a null list is SQL's NULL.</summary>
public sealed class NumberListColumn<T>(string name) : ParquetColumn(name) where T : unmanaged
{
    /// <summary>The batch, one list per row.</summary>
    public IReadOnlyList<T[]?> Values { get; set; } = [];

    internal override int Rows => Values.Count;

    internal override nint CreateType() => CreateList(DuckDbNative.duckdb_create_logical_type((int)KindOf<T>()));

    internal override unsafe void Write(nint vector, int first, int count)
    {
        var elements = SetLists(vector, count, row => Values[first + row]?.Length);
        var target = (T*)DuckDbNative.duckdb_vector_get_data(elements);
        for (var row = first; row < first + count; row++)
            if (Values[row] is { } list)
            {
                list.CopyTo(new Span<T>(target, list.Length));
                target += list.Length;
            }
    }
}
