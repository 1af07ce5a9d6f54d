using DuckDB.NET.Native;

namespace Attribution.Data.DuckDb;

/// <summary>
/// A query's result, read chunk by chunk (2048 rows or fewer). DuckDB works one step at a time on the reading thread, and never holds more than about a chunk
/// of the result.
/// </summary>
internal sealed class DuckDbReader : IDisposable
{
    private DuckDBResult _result;
    private DuckDBDataChunk? _chunk;
    private bool _isClosed;

    internal DuckDbReader(DuckDBResult result)
    {
        _result = result;
        var columns = new DuckDbField[NativeMethods.Query.DuckDBColumnCount(ref _result)];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = new(
                NativeMethods.Query.DuckDBColumnName(ref _result, i),
                DuckDbType.FromNative(NativeMethods.Query.DuckDBColumnLogicalType(ref _result, i)));
        Columns = columns;
    }

    /// <summary>The result's columns, in order.</summary>
    public IReadOnlyList<DuckDbField> Columns { get; }

    /// <summary>The number of rows in the current chunk.</summary>
    public int Rows { get; private set; }

    /// <summary>Moves to the next chunk; returns false at the end. Pointers into the previous chunk become invalid.</summary>
    /// <exception cref="System.Data.Common.DbException">The query failed while running, for example on a malformed line.</exception>
    public bool ReadChunk()
    {
        do
        {
            _chunk?.Dispose();
            _chunk = null;
            Rows = 0;
            var chunk = NativeMethods.Query.DuckDBFetchChunk(_result);
            if (chunk.IsInvalid)
                return NativeMethods.Query.DuckDBResultError(ref _result) is { Length: > 0 } message ? throw new DuckDbException(message) : false;
            _chunk = chunk;
            Rows = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
        }
        while (Rows == 0);
        return true;
    }

    /// <summary>A column of the current chunk.</summary>
    public DuckDbVector Column(int index) => _chunk is null
        ? throw new InvalidOperationException("there is no chunk: ReadChunk was not called or returned false")
        : new(NativeMethods.DataChunks.DuckDBDataChunkGetVector(_chunk, index), Columns[index].Type, Rows);

    public void Dispose()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _chunk?.Dispose();
        _chunk = null;
        _result.Close();
    }
}

/// <summary>A named column or struct field.</summary>
internal sealed record DuckDbField(string Name, DuckDbType Type);
