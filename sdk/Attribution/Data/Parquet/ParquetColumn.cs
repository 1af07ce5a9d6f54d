using Attribution.Data.DuckDb;

namespace Attribution.Data.Parquet;

/// <summary>
/// A column of a file being written. Its values are those of the batch that the next <see cref="ParquetWriter.Append"/>
/// writes.
/// </summary>
/// <param name="name">The column's name in the file.</param>
public abstract class ParquetColumn(string name)
{
    public string Name { get; } = name;

    /// <summary>How many rows the present batch has in this column.</summary>
    internal abstract int Rows { get; }

    /// <summary>A logical type that the caller destroys.</summary>
    internal abstract nint CreateType();

    /// <summary>Copies rows of the batch to the start of a DuckDB vector.</summary>
    internal abstract void Write(nint vector, int first, int count);

    private protected static nint CreateList(nint element)
    {
        var list = DuckDbNative.duckdb_create_list_type(element);
        DuckDbNative.duckdb_destroy_logical_type(ref element);
        return list;
    }

    private protected static unsafe void SetNull(nint vector, int row)
    {
        DuckDbNative.duckdb_vector_ensure_validity_writable(vector);
        DuckDbNative.duckdb_vector_get_validity(vector)[row >> 6] &= ~(1UL << (row & 63));
    }

    /// <summary>Lays out lists one after the other and makes room for their elements.</summary>
    /// <returns>The vector of the elements.</returns>
    private protected static unsafe nint SetLists(nint vector, int count, Func<int, int?> lengthOf)
    {
        var entries = (ulong*)DuckDbNative.duckdb_vector_get_data(vector);
        var total = 0UL;
        for (var row = 0; row < count; row++)
        {
            var length = lengthOf(row);
            if (length is null)
                SetNull(vector, row);
            entries[2 * row] = total;
            entries[2 * row + 1] = (ulong)(length ?? 0);
            total += (ulong)(length ?? 0);
        }
        _ = DuckDbNative.duckdb_list_vector_reserve(vector, total);
        _ = DuckDbNative.duckdb_list_vector_set_size(vector, total);
        return DuckDbNative.duckdb_list_vector_get_child(vector);
    }

    private protected static DuckDbKind KindOf<T>() =>
        typeof(T) == typeof(bool) ? DuckDbKind.Boolean
        : typeof(T) == typeof(int) ? DuckDbKind.Integer
        : typeof(T) == typeof(long) ? DuckDbKind.BigInt
        : typeof(T) == typeof(float) ? DuckDbKind.Float
        : typeof(T) == typeof(double) ? DuckDbKind.Double
        : throw new NotSupportedException($"no Parquet column of {typeof(T)}");
}
