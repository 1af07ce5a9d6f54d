using System.Globalization;
using System.Runtime.InteropServices;

namespace Attribution.Data.DuckDb;

/// <summary>
/// An in-memory DuckDB of its own, with one connection. It reads and writes the files that a query names, keeps to its
/// memory limit, spills nothing to disk and never loads or fetches an extension. Not for two threads at once.
/// </summary>
public sealed unsafe class DuckDbConnection : IDisposable
{
    private readonly DatabaseHandle _database;

    private DuckDbConnection(DatabaseHandle database, ConnectionHandle connection)
    {
        _database = database;
        Handle = connection;
    }

    internal ConnectionHandle Handle { get; }

    /// <summary>Opens a fresh database in memory.</summary>
    /// <exception cref="Diagnostics.AttributionException">The library is not there and could not be provisioned.</exception>
    public static DuckDbConnection Open(DuckDbOptions? options = null)
    {
        options ??= new();
        DuckDbLibrary.Load();
        var settings = new Dictionary<string, string>
        {
            ["threads"] = options.Threads.ToString(CultureInfo.InvariantCulture),
            ["memory_limit"] = $"{options.MemoryLimit}B",
            ["temp_directory"] = "",
            ["autoinstall_known_extensions"] = "false",
            ["autoload_known_extensions"] = "false",
            ["preserve_insertion_order"] = "true",
        };
        _ = DuckDbNative.duckdb_create_config(out var config);
        try
        {
            foreach (var (name, value) in settings)
                if (DuckDbNative.duckdb_set_config(config, name, value) != 0)
                    throw new DuckDbException($"DuckDB refused {name} = '{value}'");
            if (DuckDbNative.duckdb_open_ext(null, out var database, config, out var error) != 0)
            {
                var message = Marshal.PtrToStringUTF8(error);
                DuckDbNative.duckdb_free(error);
                throw new DuckDbException(message ?? "DuckDB did not open");
            }
            var handle = new DatabaseHandle(database);
            if (DuckDbNative.duckdb_connect(handle, out var connection) != 0)
                throw new DuckDbException("DuckDB did not connect");
            var opened = new DuckDbConnection(handle, new(connection));
            // Texts made from timestamps must not depend on the machine.
            opened.Execute("SET TimeZone = 'UTC'");
            return opened;
        }
        finally
        {
            DuckDbNative.duckdb_destroy_config(ref config);
        }
    }

    /// <summary>Runs one statement and streams its result.</summary>
    /// <exception cref="DuckDbException">DuckDB's message on anything wrong with the statement.</exception>
    public DuckDbReader Query(string sql) => new(Run(sql, streaming: true));

    /// <summary>Runs one statement to its end.</summary>
    /// <exception cref="DuckDbException">DuckDB's message on anything wrong with the statement.</exception>
    public void Execute(string sql) => Run(sql, streaming: false).Dispose();

    /// <summary>The one number that a statement such as <c>SELECT count(*)</c> gives.</summary>
    /// <exception cref="DuckDbException">DuckDB's message on anything wrong with the statement.</exception>
    public long QueryNumber(string sql)
    {
        using var reader = Query(sql);
        return reader.ReadChunk() ? reader.Column(0).GetInteger(0) : throw new DuckDbException("the statement gave no row");
    }

    /// <summary>The strings of a statement's first column; nulls are left out.</summary>
    /// <exception cref="DuckDbException">DuckDB's message on anything wrong with the statement.</exception>
    public IReadOnlyList<string> QueryStrings(string sql)
    {
        var values = new List<string>();
        using var reader = Query(sql);
        while (reader.ReadChunk())
            for (var row = 0; row < reader.Rows; row++)
                if (reader.Column(0).GetString(row) is { } value)
                    values.Add(value);
        return values;
    }

    /// <summary>Whether a text is one statement that returns rows and changes nothing; runs nothing.</summary>
    /// <exception cref="DuckDbException">DuckDB does not take it; the message points into the text.</exception>
    public bool IsSelect(string sql)
    {
        const int Select = 1; // DUCKDB_STATEMENT_TYPE_SELECT
        var prepared = DuckDbNative.duckdb_prepare(Handle, sql, out var statement);
        try
        {
            return prepared == 0 ? DuckDbNative.duckdb_prepared_statement_type(statement) == Select : throw new DuckDbException(PrepareError(statement));
        }
        finally
        {
            DuckDbNative.duckdb_destroy_prepare(ref statement);
        }
    }

    public void Dispose()
    {
        Handle.Dispose();
        _database.Dispose();
    }

    private static string PrepareError(nint statement) => Marshal.PtrToStringUTF8(DuckDbNative.duckdb_prepare_error(statement)) ?? "DuckDB did not take the statement";

    private ResultHandle Run(string sql, bool streaming)
    {
        var prepared = DuckDbNative.duckdb_prepare(Handle, sql, out var statement);
        try
        {
            if (prepared != 0)
                throw new DuckDbException(PrepareError(statement));
            var result = new ResultHandle();
            var executed = streaming
                ? DuckDbNative.duckdb_execute_prepared_streaming(statement, result.Pointer)
                : DuckDbNative.duckdb_execute_prepared(statement, result.Pointer);
            if (executed == 0)
                return result;
            var message = result.Error ?? "DuckDB did not run the statement";
            result.Dispose();
            throw new DuckDbException(message);
        }
        finally
        {
            DuckDbNative.duckdb_destroy_prepare(ref statement);
        }
    }
}
