using System.Runtime.InteropServices;
using Attribution.Data.DuckDb;
using Attribution.Tokenization;

namespace Attribution.Data.Parquet;

/// <summary>A column of conversations, as lists of <c>{role, content}</c>; null is SQL's NULL.</summary>
public sealed class MessagesColumn(string name) : ParquetColumn(name)
{
    /// <summary>The batch, one conversation per row.</summary>
    public IReadOnlyList<IReadOnlyList<ChatMessage>?> Values { get; set; } = [];

    internal override int Rows => Values.Count;

    internal override unsafe nint CreateType()
    {
        var text = DuckDbNative.duckdb_create_logical_type((int)DuckDbKind.Varchar);
        nint* types = stackalloc[] { text, text };
        nint* names = stackalloc[] { Marshal.StringToCoTaskMemUTF8("role"), Marshal.StringToCoTaskMemUTF8("content") };
        var message = DuckDbNative.duckdb_create_struct_type(types, names, 2);
        Marshal.FreeCoTaskMem(names[0]);
        Marshal.FreeCoTaskMem(names[1]);
        DuckDbNative.duckdb_destroy_logical_type(ref text);
        return CreateList(message);
    }

    internal override void Write(nint vector, int first, int count)
    {
        var messages = SetLists(vector, count, row => Values[first + row]?.Count);
        var roles = DuckDbNative.duckdb_struct_vector_get_child(messages, 0);
        var contents = DuckDbNative.duckdb_struct_vector_get_child(messages, 1);
        var at = 0;
        for (var row = first; row < first + count; row++)
            foreach (var message in Values[row] ?? [])
            {
                TextColumn.Assign(roles, at, message.Role);
                TextColumn.Assign(contents, at++, message.Content);
            }
    }
}
