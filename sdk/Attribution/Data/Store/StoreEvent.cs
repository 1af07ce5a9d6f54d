namespace Attribution.Data.Store;

/// <summary>Something that the store did on its own and a person should hear of.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Code">The diagnostic code if it is a warning, else null.</param>
/// <param name="Message">What happened, in a sentence.</param>
internal sealed record StoreEvent(StoreEventKind Kind, string? Code, string Message);

/// <summary>What a <see cref="StoreEvent"/> tells.</summary>
internal enum StoreEventKind
{
    /// <summary>Another process computes the same artifact, or the store is being collected; this one waits.</summary>
    Waiting,

    /// <summary>A damaged artifact was found and, where the store may be written, set aside.</summary>
    Damaged,

    /// <summary>What a killed process had begun was removed.</summary>
    Swept,

    /// <summary>A result was taken from the remote store.</summary>
    Fetched,

    /// <summary>The file system has no locks: two processes at once may do the same work twice (nothing worse).</summary>
    WithoutLocks,
}
