namespace Attribution.Data.DuckDb;

/// <summary>Where DuckDB's library is, or why it is not anywhere.</summary>
/// <param name="Path">The library's file, or null if there is none.</param>
/// <param name="Version">Its version, such as <c>1.5.5</c>; null if there is none.</param>
/// <param name="Source">Who named it: <c>DuckDbPath</c>, <c>DUCKDB_LIBRARY</c>, <c>system</c> or <c>provisioned</c>; null if nobody.</param>
/// <param name="Reason">If there is none: why, and the one line that mends it.</param>
public sealed record DuckDbLocation(string? Path, string? Version, string? Source, string? Reason)
{
    public bool Found => Path is not null;

    internal static DuckDbLocation Missing(string reason) => new(null, null, null, reason);
}
