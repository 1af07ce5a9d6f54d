using Attribution.Diagnostics;

namespace Attribution.Data.Store;

// Use of the store by processes, and cleaning up what killed processes left in it.
internal sealed partial class ArtifactStore
{
    // Ensures what must hold before anything is written: no collection is running, and leftovers are removed.
    internal void Prepare(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Layout.Locks);
        EnterUse(cancellation);
        lock (_gate)
        {
            if (_prepared)
                return;
            _prepared = true;
        }
        if (Files.HasLocks(Layout.Locks))
            Sweep();
        else
            _notify(new StoreEvent(StoreEventKind.WithoutLocks, ErrorCodes.StoreWithoutLocks,
                $"The file system of '{Root}' has no file locks: two builds at once may do the same work twice, and what killed builds leave behind stays "
                    + "until `attribution store gc`."));
    }

    private void Sweep()
    {
        StoreUse.Sweep(Layout, Files);
        foreach (var leftover in StoreLayout.Folders(Layout.Temporary))
        {
            if (IsOfLivingOther(leftover))
                continue;
            // Whoever writes to it holds this lock.
            using var held = StoreLock.TryAcquire(Layout.LockFileOf(leftover), Files);
            if (held is null || !Directory.Exists(leftover))
                continue;
            Discard(leftover);
            _notify(new StoreEvent(StoreEventKind.Swept, null, $"Removed {Path.GetFileName(leftover)}, which a killed process had left unfinished."));
        }
    }

    // Another machine's lock may not be seen here; its heartbeat is. A folder without a lock's file has been left by its lock's holder.
    private bool IsOfLivingOther(string leftover) => StoreLayout.NodeOf(leftover) is { } node && node != Files.Node
        && !(Lease.HasLapsed(Layout.LockFileOf(leftover), Files) && Lease.HasLapsed(leftover, Files));

    private static void Discard(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is removed another time.
        }
    }

    // A lock that users of the store share, and that a collection holds exclusively.
    internal void EnterUse(CancellationToken cancellation)
    {
        var told = false;
        while (true)
        {
            lock (_gate)
            {
                if (_inUse is not null || _mayNotWrite)
                    return;
                try
                {
                    _inUse = StoreUse.TryEnter(Layout, Files);
                    if (_inUse is not null)
                        return;
                }
                catch (Exception e) when (StoreFailure.IsReadOnly(e) || StoreFailure.IsFull(e))
                {
                    // A store that cannot be written is never collected. On a full disk, a reader takes the risk; a writer will fail soon anyway.
                    _mayNotWrite = StoreFailure.IsReadOnly(e);
                    return;
                }
            }
            if (!told)
                _notify(new StoreEvent(StoreEventKind.Waiting, null, $"The store '{Root}' is being collected; waiting for that to end."));
            told = true;
            cancellation.ThrowIfCancellationRequested();
            Thread.Sleep(50);
        }
    }
}
