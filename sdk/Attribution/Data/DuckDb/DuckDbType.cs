using System.Runtime.InteropServices;

namespace Attribution.Data.DuckDb;

/// <summary>A column's type with what it is made of.</summary>
/// <param name="Kind">The kind; one that <see cref="DuckDbKind"/> does not name keeps its number.</param>
/// <param name="Fields">A list's one element type (named <c>element</c>) or a struct's fields, in order; otherwise empty.</param>
public sealed record DuckDbType(DuckDbKind Kind, IReadOnlyList<DuckDbField> Fields)
{
    /// <summary>True of every signed or unsigned integer of at most 64 bits.</summary>
    public bool IsInteger => Kind is >= DuckDbKind.TinyInt and <= DuckDbKind.UBigInt;

    /// <summary>The position of the struct's field of that name, or -1.</summary>
    public int IndexOf(string field)
    {
        for (var i = 0; i < Fields.Count; i++)
            if (Fields[i].Name == field)
                return i;
        return -1;
    }

    internal static DuckDbType FromNative(nint logical)
    {
        try
        {
            var kind = (DuckDbKind)DuckDbNative.duckdb_get_type_id(logical);
            return new(kind, kind switch
            {
                DuckDbKind.List => [new("element", FromNative(DuckDbNative.duckdb_list_type_child_type(logical)))],
                DuckDbKind.Struct => Enumerable.Range(0, (int)DuckDbNative.duckdb_struct_type_child_count(logical))
                    .Select(i => new DuckDbField(FieldName(logical, i), FromNative(DuckDbNative.duckdb_struct_type_child_type(logical, (ulong)i))))
                    .ToArray(),
                _ => [],
            });
        }
        finally
        {
            DuckDbNative.duckdb_destroy_logical_type(ref logical);
        }
    }

    private static string FieldName(nint logical, int field)
    {
        var text = DuckDbNative.duckdb_struct_type_child_name(logical, (ulong)field);
        var name = Marshal.PtrToStringUTF8(text)!;
        DuckDbNative.duckdb_free(text);
        return name;
    }
}
