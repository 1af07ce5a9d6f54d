namespace Attribution.Data.DuckDb;

/// <summary>What an in-memory DuckDB may use of the machine.</summary>
public sealed record DuckDbOptions
{
    /// <summary>Threads that execute a query. One makes row order and written bytes the same on every run.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Bytes that DuckDB may hold; a query that needs more fails instead of spilling to disk. 2 GiB or half the machine.</summary>
    public long MemoryLimit { get; init; } = Math.Min(2L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
}
