using DuckDB.NET.Native;

namespace Attribution.Data.DuckDb;

/// <summary>The type of a column, with its nested types.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Fields">A list's element type (named <c>element</c>) or a struct's fields, in order; otherwise empty.</param>
internal sealed record DuckDbType(DuckDBType Kind, IReadOnlyList<DuckDbField> Fields)
{
    /// <summary>Whether the type is a signed or unsigned integer of at most 64 bits.</summary>
    public bool IsInteger => Kind is >= DuckDBType.TinyInt and <= DuckDBType.UnsignedBigInt;

    /// <summary>The position of the struct's field with this name; -1 if there is none.</summary>
    public int IndexOf(string field)
    {
        for (var i = 0; i < Fields.Count; i++)
            if (Fields[i].Name == field)
                return i;
        return -1;
    }

    internal static DuckDbType FromNative(DuckDBLogicalType logical)
    {
        using (logical)
        {
            var kind = NativeMethods.LogicalType.DuckDBGetTypeId(logical);
            return new(kind, kind switch
            {
                DuckDBType.List => [new("element", FromNative(NativeMethods.LogicalType.DuckDBListTypeChildType(logical)))],
                DuckDBType.Struct => [.. Enumerable.Range(0, (int)NativeMethods.LogicalType.DuckDBStructTypeChildCount(logical)).Select(i => new DuckDbField(
                    NativeMethods.LogicalType.DuckDBStructTypeChildName(logical, i),
                    FromNative(NativeMethods.LogicalType.DuckDBStructTypeChildType(logical, i))))],
                _ => [],
            });
        }
    }
}
