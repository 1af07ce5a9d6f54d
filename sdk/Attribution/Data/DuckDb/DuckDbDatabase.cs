using System.Globalization;
using System.Runtime.InteropServices;
using Attribution.Diagnostics;
using DuckDB.NET.Data;

namespace Attribution.Data.DuckDb;

/// <summary>
/// Opens DuckDBs in memory. Each reads and writes the files that a query names, keeps to its memory limit, spills nothing to disk and never loads or fetches
/// an extension. A connection is not for two threads at once.
/// </summary>
public static class DuckDbDatabase
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
                + "It comes with the package DuckDB.NET.Bindings.Full, for Linux with glibc, macOS and Windows. Restore and build again (dotnet build --force), or use a machine that it is made for.", e);
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
