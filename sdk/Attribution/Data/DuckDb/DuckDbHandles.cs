using System.Runtime.InteropServices;

namespace Attribution.Data.DuckDb;

/// <summary>A <c>duckdb_database</c>.</summary>
internal sealed class DatabaseHandle : SafeHandle
{
    public DatabaseHandle(nint database) : base(0, true) => SetHandle(database);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        DuckDbNative.duckdb_close(ref handle);
        return true;
    }
}

/// <summary>A <c>duckdb_connection</c>.</summary>
internal sealed class ConnectionHandle : SafeHandle
{
    public ConnectionHandle(nint connection) : base(0, true) => SetHandle(connection);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        DuckDbNative.duckdb_disconnect(ref handle);
        return true;
    }
}

/// <summary>A <c>duckdb_result</c> in unmanaged memory, so that it has one address for all its life.</summary>
internal sealed unsafe class ResultHandle : SafeHandle
{
    public ResultHandle() : base(0, true) => SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(DuckDbNative.Result)));

    public override bool IsInvalid => handle == 0;

    public DuckDbNative.Result* Pointer => (DuckDbNative.Result*)handle;

    /// <summary>The error that DuckDB left in the result, or null.</summary>
    public string? Error => Marshal.PtrToStringUTF8(DuckDbNative.duckdb_result_error(Pointer)) is { Length: > 0 } message ? message : null;

    protected override bool ReleaseHandle()
    {
        DuckDbNative.duckdb_destroy_result(Pointer);
        NativeMemory.Free((void*)handle);
        return true;
    }
}

/// <summary>A <c>duckdb_data_chunk</c>.</summary>
internal sealed class ChunkHandle : SafeHandle
{
    public ChunkHandle(nint chunk) : base(0, true) => SetHandle(chunk);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        DuckDbNative.duckdb_destroy_data_chunk(ref handle);
        return true;
    }
}
