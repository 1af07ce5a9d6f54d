namespace Attribution.Data.Store;

/// <summary>What a <see cref="StoreEvent"/> tells.</summary>
public enum StoreEventKind
{
    /// <summary>Another process computes the same artifact, or the store is being collected; this one waits.</summary>
    Waiting,

    /// <summary>A damaged artifact was found and, where the store may be written, set aside.</summary>
    Damaged,

    /// <summary>What a killed process had begun was removed.</summary>
    Swept,

    /// <summary>The file system has no locks: two processes at once may do the same work twice (nothing worse).</summary>
    WithoutLocks,
}
