using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using Attribution.Diagnostics;
using DuckDB.NET.Data;

namespace Attribution.Data.DuckDb;

/// <summary>
/// Opens DuckDBs in memory. Each reads and writes the files that a query names, keeps to its memory limit, spills nothing to disk and never loads or fetches
/// an extension. A connection is not for two threads at once.
/// </summary>
internal static class DuckDbDatabase
{
    /// <summary>Opens a fresh database in memory. DuckDB's library is loaded at the first call.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.DuckDbMissing"/>: the library is not there for this machine.</exception>
    public static DuckDBConnection Open(DuckDbOptions? options = null)
    {
        DuckDBConnection? connection = null;
        try
        {
            connection = new(ConnectionString(options ?? new()));
            connection.Open();
            // A connection string cannot say "none". Texts made from timestamps must not depend on the machine.
            connection.Execute("SET temp_directory = ''; SET TimeZone = 'UTC'");
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

    // The builder asks the library which settings there are.
    private static string ConnectionString(DuckDbOptions options) => new DuckDBConnectionStringBuilder
    {
        DataSource = DuckDBConnectionStringBuilder.InMemoryDataSource,
        Threads = options.Threads,
        MemoryLimit = string.Create(CultureInfo.InvariantCulture, $"{options.MemoryLimit}B"),
        AutoinstallKnownExtensions = false,
        AutoloadKnownExtensions = false,
        PreserveInsertionOrder = true,
    }.ConnectionString;

    // Thrown by whatever call comes first; a static constructor wraps it.
    private static Exception? LoadFailure(Exception e) => e switch
    {
        DllNotFoundException or BadImageFormatException or EntryPointNotFoundException => e,
        TypeInitializationException { InnerException: { } inner } => LoadFailure(inner),
        _ => null,
    };
}

/// <summary>What an in-memory DuckDB may use of the machine.</summary>
internal sealed record DuckDbOptions
{
    /// <summary>Threads that execute a query. One makes row order and written bytes the same on every run.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Bytes that DuckDB may hold; a query that needs more fails instead of spilling to disk. 2 GiB or half the machine.</summary>
    public long MemoryLimit { get; init; } = Math.Min(2L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
}

/// <summary>DuckDB refused or failed: its own message. Beside <see cref="global::DuckDB.NET.Data.DuckDBException"/>, which only the package can make.</summary>
internal sealed class DuckDbException(string? message) : DbException(message ?? "DuckDB failed and does not say why");

/// <summary>Quoting for SQL text.</summary>
internal static class Sql
{
    /// <summary>A string literal.</summary>
    public static string Literal(string value) => $"'{value.Replace("'", "''")}'";

    /// <summary>A column's or table's name, whatever it is made of.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    /// <summary>A list of string literals.</summary>
    public static string Literals(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Literal))}]";
}
