using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using Attribution.Diagnostics;
using DuckDB.NET.Data;

namespace Attribution.Data.DuckDb;

/// <summary>
/// Opens in-memory DuckDB databases. Each reads and writes the files that a query names, keeps to its memory limit, spills nothing to disk and never loads or
/// fetches an extension. A connection must not be used by two threads at once.
/// </summary>
internal static class DuckDbDatabase
{
    // To open a database takes 8 ms of a processor, most of it for its list of functions; to connect to one takes nothing.
    private static readonly ConcurrentBag<DuckDBConnection> Idle = [];

    /// <summary>
    /// Connects to a database that is kept for the next reader when the connection is closed, with what was created in it: for statements that only read. Until
    /// then no other reader has it.
    /// </summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.DuckDbMissing"/>: there is no library for this machine.</exception>
    public static DuckDBConnection OpenReader()
    {
        while (Idle.TryTake(out var kept))
            try
            {
                return Reader(kept);
            }
            catch (DbException) // An error of DuckDB's own in a statement before ended it.
            {
                kept.Dispose();
            }
        return Reader(Open());
    }

    /// <summary>Opens a new in-memory database. The first call loads DuckDB's library.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.DuckDbMissing"/>: there is no library for this machine.</exception>
    public static DuckDBConnection Open(DuckDbOptions? options = null)
    {
        DuckDBConnection? connection = null;
        try
        {
            connection = new(ConnectionString(options ?? new()));
            connection.Open();
            // A connection string cannot say "none". A file is read anew each time.
            connection.Execute($"SET temp_directory = ''; SET enable_external_file_cache = false; {UtcTime}");
            return connection;
        }
        catch (Exception e) when (LoadFailure(e) is { } failure)
        {
            connection?.Dispose();
            throw new AttributionException(ErrorCodes.DuckDbMissing,
                $"DuckDB's library does not load on this machine ({RuntimeInformation.RuntimeIdentifier}): {failure.Message.TrimEnd('.')}. "
                + "It comes with the package DuckDB.NET.Bindings.Full, for Linux with glibc, macOS and Windows. Restore and build again (dotnet build "
                    + "--force), or use a machine that it is made for.", e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    // Texts made from timestamps must not depend on the machine. This setting is a connection's own.
    private const string UtcTime = "SET TimeZone = 'UTC'";

    private static DuckDBConnection Reader(DuckDBConnection database)
    {
        var connection = database.Duplicate();
        try
        {
            connection.Open();
            connection.Execute(UtcTime);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState != ConnectionState.Closed)
                return;
            if (Idle.Count < Environment.ProcessorCount)
                Idle.Add(database);
            else
                database.Dispose();
        };
        return connection;
    }

    // The builder asks the library for the names of settings.
    private static string ConnectionString(DuckDbOptions options) => new DuckDBConnectionStringBuilder
    {
        DataSource = DuckDBConnectionStringBuilder.InMemoryDataSource,
        Threads = options.Threads,
        MemoryLimit = string.Create(CultureInfo.InvariantCulture, $"{options.MemoryLimit}B"),
        AutoinstallKnownExtensions = false,
        AutoloadKnownExtensions = false,
        PreserveInsertionOrder = true,
    }.ConnectionString;

    // Thrown by whichever call comes first; a static constructor wraps it.
    private static Exception? LoadFailure(Exception e) => e switch
    {
        DllNotFoundException or BadImageFormatException or EntryPointNotFoundException => e,
        TypeInitializationException { InnerException: { } inner } => LoadFailure(inner),
        _ => null,
    };
}

/// <summary>The resources that an in-memory DuckDB may use.</summary>
internal sealed record DuckDbOptions
{
    /// <summary>The number of threads that execute a query. With one, row order and written bytes are the same on every run.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// The memory that DuckDB may use, in bytes; a query that needs more fails instead of spilling to disk. The default is 2 GiB or half of the machine's
    /// memory, whichever is less.
    /// </summary>
    public long MemoryLimit { get; init; } = Math.Min(2L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
}

/// <summary>DuckDB's own error message. Exists beside <see cref="global::DuckDB.NET.Data.DuckDBException"/>, which only the package can create.</summary>
internal sealed class DuckDbException(string? message) : DbException(message ?? "DuckDB failed and does not say why");

/// <summary>Quoting for SQL text.</summary>
internal static class Sql
{
    /// <summary>A string literal.</summary>
    public static string Literal(string value) => $"'{value.Replace("'", "''")}'";

    /// <summary>A column's or table's name, whatever characters it has.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    /// <summary>A list of string literals.</summary>
    public static string Literals(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Literal))}]";
}
