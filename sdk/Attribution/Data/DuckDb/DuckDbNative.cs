using System.Runtime.InteropServices;

namespace Attribution.Data.DuckDb;

/// <summary>The functions of duckdb.h that we use, under their own names. Handles are the C API's opaque pointers.</summary>
internal static unsafe partial class DuckDbNative
{
    internal const string Library = "duckdb";

    static DuckDbNative() =>
        NativeLibrary.SetDllImportResolver(typeof(DuckDbNative).Assembly, (name, _, _) => name == Library ? DuckDbLibrary.Load() : 0);

    /// <summary><c>duckdb_result</c>: five fields that duckdb.h calls deprecated, and the data behind the functions.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Result
    {
        private readonly ulong _columnCount, _rowCount, _rowsChanged;
        private readonly nint _columns, _errorMessage, _internalData;
    }

    [LibraryImport(Library)] internal static partial int duckdb_create_config(out nint config);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int duckdb_set_config(nint config, string name, string option);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_config(ref nint config);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int duckdb_open_ext(string? path, out nint database, nint config, out nint error);
    [LibraryImport(Library)] internal static partial void duckdb_close(ref nint database);
    [LibraryImport(Library)] internal static partial int duckdb_connect(DatabaseHandle database, out nint connection);
    [LibraryImport(Library)] internal static partial void duckdb_disconnect(ref nint connection);
    [LibraryImport(Library)] internal static partial void duckdb_free(nint pointer);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int duckdb_prepare(ConnectionHandle connection, string query, out nint statement);
    [LibraryImport(Library)] internal static partial nint duckdb_prepare_error(nint statement);
    [LibraryImport(Library)] internal static partial int duckdb_prepared_statement_type(nint statement);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_prepare(ref nint statement);
    [LibraryImport(Library)] internal static partial int duckdb_execute_prepared(nint statement, Result* result);
    [LibraryImport(Library)] internal static partial int duckdb_execute_prepared_streaming(nint statement, Result* result);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_result(Result* result);
    [LibraryImport(Library)] internal static partial nint duckdb_result_error(Result* result);
    [LibraryImport(Library)] internal static partial ulong duckdb_column_count(Result* result);
    [LibraryImport(Library)] internal static partial nint duckdb_column_name(Result* result, ulong column);
    [LibraryImport(Library)] internal static partial nint duckdb_column_logical_type(Result* result, ulong column);
    [LibraryImport(Library)] internal static partial nint duckdb_fetch_chunk(Result result);

    [LibraryImport(Library)] internal static partial ulong duckdb_data_chunk_get_size(nint chunk);
    [LibraryImport(Library)] internal static partial void duckdb_data_chunk_set_size(nint chunk, ulong size);
    [LibraryImport(Library)] internal static partial nint duckdb_data_chunk_get_vector(nint chunk, ulong column);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_data_chunk(ref nint chunk);

    [LibraryImport(Library)] internal static partial ulong duckdb_vector_size();
    [LibraryImport(Library)] internal static partial void* duckdb_vector_get_data(nint vector);
    [LibraryImport(Library)] internal static partial ulong* duckdb_vector_get_validity(nint vector);
    [LibraryImport(Library)] internal static partial void duckdb_vector_ensure_validity_writable(nint vector);
    [LibraryImport(Library)] internal static partial void duckdb_vector_assign_string_element_len(nint vector, ulong row, byte* text, ulong length);
    [LibraryImport(Library)] internal static partial nint duckdb_list_vector_get_child(nint vector);
    [LibraryImport(Library)] internal static partial ulong duckdb_list_vector_get_size(nint vector);
    [LibraryImport(Library)] internal static partial int duckdb_list_vector_set_size(nint vector, ulong size);
    [LibraryImport(Library)] internal static partial int duckdb_list_vector_reserve(nint vector, ulong capacity);
    [LibraryImport(Library)] internal static partial nint duckdb_struct_vector_get_child(nint vector, ulong field);

    [LibraryImport(Library)] internal static partial int duckdb_get_type_id(nint type);
    [LibraryImport(Library)] internal static partial nint duckdb_list_type_child_type(nint type);
    [LibraryImport(Library)] internal static partial ulong duckdb_struct_type_child_count(nint type);
    [LibraryImport(Library)] internal static partial nint duckdb_struct_type_child_name(nint type, ulong field);
    [LibraryImport(Library)] internal static partial nint duckdb_struct_type_child_type(nint type, ulong field);
    [LibraryImport(Library)] internal static partial nint duckdb_create_logical_type(int kind);
    [LibraryImport(Library)] internal static partial nint duckdb_create_list_type(nint element);
    [LibraryImport(Library)] internal static partial nint duckdb_create_struct_type(nint* types, nint* names, ulong count);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_logical_type(ref nint type);

    [LibraryImport(Library)] internal static partial nint duckdb_create_table_function();
    [LibraryImport(Library)] internal static partial void duckdb_destroy_table_function(ref nint function);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void duckdb_table_function_set_name(nint function, string name);
    [LibraryImport(Library)] internal static partial void duckdb_table_function_set_extra_info(nint function, nint info, nint destroy);
    [LibraryImport(Library)] internal static partial void duckdb_table_function_set_bind(nint function, delegate* unmanaged<nint, void> bind);
    [LibraryImport(Library)] internal static partial void duckdb_table_function_set_init(nint function, delegate* unmanaged<nint, void> init);
    [LibraryImport(Library)] internal static partial void duckdb_table_function_set_function(nint function, delegate* unmanaged<nint, nint, void> fill);
    [LibraryImport(Library)] internal static partial int duckdb_register_table_function(ConnectionHandle connection, nint function);
    [LibraryImport(Library)] internal static partial nint duckdb_bind_get_extra_info(nint info);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void duckdb_bind_add_result_column(nint info, string name, nint type);
    [LibraryImport(Library)] internal static partial void duckdb_init_set_max_threads(nint info, ulong threads);
    [LibraryImport(Library)] internal static partial nint duckdb_function_get_extra_info(nint info);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void duckdb_function_set_error(nint info, string message);
}
