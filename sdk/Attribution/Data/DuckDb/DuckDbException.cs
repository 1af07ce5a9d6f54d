namespace Attribution.Data.DuckDb;

/// <summary>DuckDB refused or failed: its own message.</summary>
public sealed class DuckDbException(string message) : Exception(message);
