using System.Text;
using Attribution.Data.DuckDb;

namespace Attribution.Data.Parquet;

/// <summary>A column of text; null is SQL's NULL.</summary>
public sealed class TextColumn(string name) : ParquetColumn(name)
{
    /// <summary>The batch, one text per row.</summary>
    public IReadOnlyList<string?> Values { get; set; } = [];

    internal override int Rows => Values.Count;

    internal override nint CreateType() => DuckDbNative.duckdb_create_logical_type((int)DuckDbKind.Varchar);

    internal override void Write(nint vector, int first, int count)
    {
        for (var row = 0; row < count; row++)
            if (Values[first + row] is { } text)
                Assign(vector, row, text);
            else
                SetNull(vector, row);
    }

    internal static unsafe void Assign(nint vector, int row, string text)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text))
            DuckDbNative.duckdb_vector_assign_string_element_len(vector, (ulong)row, bytes, (ulong)Encoding.UTF8.GetByteCount(text));
    }
}
