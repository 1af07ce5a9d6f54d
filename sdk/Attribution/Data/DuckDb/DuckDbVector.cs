using System.Text;
using DuckDB.NET.Native;

namespace Attribution.Data.DuckDb;

/// <summary>
/// One column of a chunk, read from DuckDB's memory. Valid until the reader moves on; only the strings of <see cref="GetString"/> are copies.
/// </summary>
internal readonly unsafe ref struct DuckDbVector
{
    private readonly nint _vector;
    private readonly void* _data;
    private readonly ulong* _validity;

    internal DuckDbVector(nint vector, DuckDbType type, int length)
    {
        _vector = vector;
        _data = NativeMethods.Vectors.DuckDBVectorGetData(vector);
        _validity = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
        Type = type;
        Length = length;
    }

    public DuckDbType Type { get; }

    /// <summary>The number of values.</summary>
    public int Length { get; }

    /// <summary>Whether the value at <paramref name="row"/> is SQL NULL.</summary>
    public bool IsNull(int row) => _validity != null && (_validity[row >> 6] >> (row & 63) & 1) == 0;

    /// <summary>The values of a fixed-width column; those of null rows are undefined.</summary>
    /// <typeparam name="T">A type with the width and kind of the column, for example <c>float</c> for FLOAT.</typeparam>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged => new(_data, Length);

    /// <summary>A VARCHAR or BLOB value in DuckDB's memory: UTF-8 without a terminator.</summary>
    public ReadOnlySpan<byte> GetBytes(int row)
    {
        // duckdb_string_t: length, then 12 bytes of text in place, or a prefix of 4 and a pointer.
        var text = (byte*)_data + (long)row * 16;
        var length = *(int*)text;
        return new(length <= 12 ? text + 4 : *(byte**)(text + 8), length);
    }

    /// <summary>A VARCHAR value, or null.</summary>
    public string? GetString(int row) => IsNull(row) ? null : Encoding.UTF8.GetString(GetBytes(row));

    /// <summary>An integer of any width up to 64 bits, or a Boolean as 0 or 1; a UBIGINT beyond <c>long</c> becomes negative.</summary>
    /// <exception cref="InvalidCastException">The column has another type.</exception>
    public long GetInteger(int row) => Type.Kind switch
    {
        DuckDBType.TinyInt => ((sbyte*)_data)[row],
        DuckDBType.SmallInt => ((short*)_data)[row],
        DuckDBType.Integer => ((int*)_data)[row],
        DuckDBType.BigInt => ((long*)_data)[row],
        DuckDBType.UnsignedTinyInt or DuckDBType.Boolean => ((byte*)_data)[row],
        DuckDBType.UnsignedSmallInt => ((ushort*)_data)[row],
        DuckDBType.UnsignedInteger => ((uint*)_data)[row],
        DuckDBType.UnsignedBigInt => (long)((ulong*)_data)[row],
        _ => throw new InvalidCastException($"a column of kind {Type.Kind} holds no integers"),
    };

    /// <summary>The range of a list's elements in <see cref="Elements"/>.</summary>
    public Range GetList(int row)
    {
        var entry = (ulong*)_data + 2L * row;
        return new((int)entry[0], (int)(entry[0] + entry[1]));
    }

    /// <summary>The elements of all lists of the chunk, one after the other.</summary>
    public DuckDbVector Elements => new(
        NativeMethods.Vectors.DuckDBListVectorGetChild(_vector), Type.Fields[0].Type,
        (int)NativeMethods.Vectors.DuckDBListVectorGetSize(_vector));

    /// <summary>A struct's field, for all rows.</summary>
    public DuckDbVector Field(int index) => new(NativeMethods.Vectors.DuckDBStructVectorGetChild(_vector, index), Type.Fields[index].Type, Length);
}
