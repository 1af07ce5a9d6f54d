using System.Runtime.InteropServices;

namespace Attribution.Data.DuckDb;

/// <summary>
/// A query's result as it comes, chunk by chunk (2048 rows or fewer): DuckDB works one step at a time on the thread that
/// reads, and never holds more than about a chunk of the result.
/// </summary>
public sealed unsafe class DuckDbReader : IDisposable
{
    private readonly ResultHandle _result;
    private ChunkHandle? _chunk;

    internal DuckDbReader(ResultHandle result)
    {
        _result = result;
        var columns = new DuckDbField[DuckDbNative.duckdb_column_count(result.Pointer)];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = new(
                Marshal.PtrToStringUTF8(DuckDbNative.duckdb_column_name(result.Pointer, (ulong)i))!,
                DuckDbType.FromNative(DuckDbNative.duckdb_column_logical_type(result.Pointer, (ulong)i)));
        Columns = columns;
    }

    /// <summary>The result's columns, in order.</summary>
    public IReadOnlyList<DuckDbField> Columns { get; }

    /// <summary>How many rows the present chunk holds.</summary>
    public int Rows { get; private set; }

    /// <summary>Moves to the next chunk; false at the end. What the last chunk's vectors pointed at is gone.</summary>
    /// <exception cref="DuckDbException">The query failed on its way, for instance on a malformed line.</exception>
    public bool ReadChunk()
    {
        do
        {
            _chunk?.Dispose();
            _chunk = null;
            Rows = 0;
            var chunk = DuckDbNative.duckdb_fetch_chunk(*_result.Pointer);
            if (chunk == 0)
                return _result.Error is { } message ? throw new DuckDbException(message) : false;
            _chunk = new(chunk);
            Rows = (int)DuckDbNative.duckdb_data_chunk_get_size(chunk);
        }
        while (Rows == 0);
        return true;
    }

    /// <summary>A column of the present chunk.</summary>
    public DuckDbVector Column(int index) => _chunk is null
        ? throw new InvalidOperationException("there is no chunk: ReadChunk was not called or returned false")
        : new(DuckDbNative.duckdb_data_chunk_get_vector(_chunk.DangerousGetHandle(), (ulong)index), Columns[index].Type, Rows);

    public void Dispose()
    {
        _chunk?.Dispose();
        _result.Dispose();
    }
}
