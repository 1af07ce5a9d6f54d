namespace Attribution.Data.Store;

/// <summary>Something that the store did on its own and that is worth reporting.</summary>
/// <param name="Kind">The kind of event.</param>
/// <param name="Code">The event, in a sentence.</param>
/// <param name="Message">What happened, in a sentence.</param>
internal sealed record StoreEvent(StoreEventKind Kind, string? Code, string Message);

/// <summary>The kinds of <see cref="StoreEvent"/>.</summary>
internal enum StoreEventKind
{
    /// <summary>Another process is computing the same artifact, or the store is being collected; this process waits.</summary>
    Waiting,

    /// <summary>A damaged artifact was found and, if the store is writable, set aside.</summary>
    Damaged,

    /// <summary>The unfinished work of a killed process was removed.</summary>
    Swept,

    /// <summary>A result was taken from the remote store.</summary>
    Fetched,

    /// <summary>The file system has no locks: two processes may do the same work twice, but nothing worse.</summary>
    WithoutLocks,
}
