using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Attribution.Data.DuckDb;

namespace Attribution.Data.Parquet;

/// <summary>
/// Writes a Parquet file batch by batch, never holding more than one row group. Equal batches give equal bytes on one
/// DuckDB version: one thread, fixed row groups, no dates. The file appears under its name when it is complete.
/// </summary>
/// <remarks>
/// DuckDB pulls: its COPY statement reads a table function of ours. So the statement runs on a thread of its own and
/// <see cref="Append"/> hands it one batch at a time, returning once the batch's values are copied.
/// </remarks>
public sealed unsafe class ParquetWriter : IDisposable
{
    private const int Compression = 3;

    private readonly string _path;
    private readonly string _partial;
    private readonly IReadOnlyList<ParquetColumn> _columns;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _offered = new(0);
    private readonly SemaphoreSlim _taken = new(0);
    private GCHandle _self;
    private Exception? _failure;
    private int _rows;
    private int _next;
    private bool _holdsBatch;
    private volatile bool _finished;
    private volatile bool _aborted;

    /// <param name="path">The file; an existing one is replaced at the end.</param>
    /// <param name="columns">The columns, in the file's order.</param>
    /// <param name="rowGroupRows">Rows per row group, a multiple of 2048: what a reader and we hold at once.</param>
    public ParquetWriter(string path, IReadOnlyList<ParquetColumn> columns, int rowGroupRows = 122_880)
    {
        _path = Path.GetFullPath(path);
        _partial = $"{_path}.{Guid.NewGuid():N}.partial";
        _columns = columns;
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var connection = DuckDbConnection.Open();
        _self = GCHandle.Alloc(this);
        _thread = new(() => Copy(connection, rowGroupRows)) { IsBackground = true, Name = "Parquet writer" };
        _thread.Start();
    }

    /// <summary>Writes the rows that the columns hold now; their values may be changed as soon as it returns.</summary>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    /// <exception cref="DuckDbException">Writing failed, for instance on a full disk.</exception>
    public void Append()
    {
        var rows = _columns[0].Rows;
        if (_columns.FirstOrDefault(column => column.Rows != rows) is { } odd)
            throw new ArgumentException($"column {odd.Name} has {odd.Rows} rows, {_columns[0].Name} has {rows}");
        ThrowIfFailed();
        if (rows == 0)
            return;
        _rows = rows;
        _offered.Release();
        _taken.Wait();
        ThrowIfFailed();
    }

    /// <summary>Finishes the file and gives it its name.</summary>
    /// <exception cref="DuckDbException">Writing failed, for instance on a full disk.</exception>
    public void Complete()
    {
        Finish();
        ThrowIfFailed();
        File.Move(_partial, _path, overwrite: true);
    }

    /// <summary>Without <see cref="Complete"/> before it: leaves no file.</summary>
    public void Dispose()
    {
        _aborted = !_finished;
        Finish();
        if (File.Exists(_partial))
            File.Delete(_partial);
        if (_self.IsAllocated)
            _self.Free();
    }

    private void Finish()
    {
        if (_finished)
            return;
        _finished = true;
        _offered.Release();
        _thread.Join();
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
    }

    private void Copy(DuckDbConnection connection, int rowGroupRows)
    {
        try
        {
            using (connection)
            {
                Register(connection);
                connection.Execute(string.Create(CultureInfo.InvariantCulture,
                    $"COPY (SELECT * FROM batches()) TO {Sql.Literal(_partial)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {Compression}, ROW_GROUP_SIZE {rowGroupRows})"));
            }
        }
        catch (Exception error)
        {
            _failure ??= error;
        }
        finally
        {
            _taken.Release();
        }
    }

    private void Register(DuckDbConnection connection)
    {
        var function = DuckDbNative.duckdb_create_table_function();
        DuckDbNative.duckdb_table_function_set_name(function, "batches");
        DuckDbNative.duckdb_table_function_set_extra_info(function, GCHandle.ToIntPtr(_self), 0);
        DuckDbNative.duckdb_table_function_set_bind(function, &Bind);
        DuckDbNative.duckdb_table_function_set_init(function, &Init);
        DuckDbNative.duckdb_table_function_set_function(function, &Fill);
        var registered = DuckDbNative.duckdb_register_table_function(connection.Handle, function);
        DuckDbNative.duckdb_destroy_table_function(ref function);
        if (registered != 0)
            throw new DuckDbException("DuckDB did not take the table function that feeds a Parquet file");
    }

    [UnmanagedCallersOnly]
    private static void Bind(nint info)
    {
        foreach (var column in Of(DuckDbNative.duckdb_bind_get_extra_info(info))._columns)
        {
            var type = column.CreateType();
            DuckDbNative.duckdb_bind_add_result_column(info, column.Name, type);
            DuckDbNative.duckdb_destroy_logical_type(ref type);
        }
    }

    [UnmanagedCallersOnly]
    private static void Init(nint info) => DuckDbNative.duckdb_init_set_max_threads(info, 1);

    [UnmanagedCallersOnly]
    private static void Fill(nint info, nint chunk)
    {
        var writer = Of(DuckDbNative.duckdb_function_get_extra_info(info));
        try
        {
            writer.FillChunk(chunk);
        }
        catch (Exception error)
        {
            writer._failure ??= error;
            DuckDbNative.duckdb_function_set_error(info, error.Message);
        }
    }

    private static ParquetWriter Of(nint extra) => (ParquetWriter)GCHandle.FromIntPtr(extra).Target!;

    /// <summary>Hands DuckDB the next rows, waiting for a batch if there are none; no rows mean the end.</summary>
    private void FillChunk(nint chunk)
    {
        if (!_holdsBatch)
        {
            if (!_finished)
                _offered.Wait();
            if (_aborted)
                throw new OperationCanceledException("the file was given up");
            if (_finished)
            {
                DuckDbNative.duckdb_data_chunk_set_size(chunk, 0);
                return;
            }
            (_holdsBatch, _next) = (true, 0);
        }
        var count = Math.Min(_rows - _next, (int)DuckDbNative.duckdb_vector_size());
        for (var i = 0; i < _columns.Count; i++)
            _columns[i].Write(DuckDbNative.duckdb_data_chunk_get_vector(chunk, (ulong)i), _next, count);
        DuckDbNative.duckdb_data_chunk_set_size(chunk, (ulong)count);
        _next += count;
        if (_next == _rows)
        {
            // Before the caller may go on: from then on _rows is the next batch's.
            _holdsBatch = false;
            _taken.Release();
        }
    }
}
