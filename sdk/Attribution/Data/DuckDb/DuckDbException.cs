using System.Data.Common;

namespace Attribution.Data.DuckDb;

/// <summary>DuckDB refused or failed: its own message. Beside <see cref="global::DuckDB.NET.Data.DuckDBException"/>, which only the package can make.</summary>
public sealed class DuckDbException(string? message) : DbException(message ?? "DuckDB failed and does not say why");
