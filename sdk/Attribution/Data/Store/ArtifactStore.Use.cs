using Attribution.Diagnostics;

namespace Attribution.Data.Store;

// Who uses the store, and what killed processes left in it.
internal sealed partial class ArtifactStore
{
    // What must be so before anything is written: no collection goes on, leftovers are gone.
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
        if (StoreLock.Works(Layout.Locks))
            Sweep();
        else
            _notify(new StoreEvent(StoreEventKind.WithoutLocks, ErrorCodes.StoreWithoutLocks,
                $"The file system of '{Root}' has no file locks: two builds at once may do the same work twice, and what killed builds leave behind stays "
                    + "until `attribution store gc`."));
    }

    private void Sweep()
    {
        foreach (var leftover in StoreLayout.Folders(Layout.Temporary))
        {
            // Whoever writes to it holds this lock.
            using var held = StoreLock.TryAcquire(Layout.LockFileOf(leftover));
            if (held is null || !Directory.Exists(leftover))
                continue;
            Discard(leftover);
            _notify(new StoreEvent(StoreEventKind.Swept, null, $"Removed {Path.GetFileName(leftover)}, which a killed process had left unfinished."));
        }
    }

    private static void Discard(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is swept another time.
        }
    }

    // Held shared by all who use the store and exclusively by a collection of it.
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
                    Directory.CreateDirectory(Layout.Locks);
                    _inUse = new FileStream(Layout.InUse, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
                    return;
                }
                catch (IOException e) when (StoreLock.IsHeldElsewhere(e))
                {
                }
                catch (Exception e) when (StoreFailure.IsReadOnly(e) || StoreFailure.IsFull(e))
                {
                    // Nobody collects a store that cannot be written. On a full disk a reader takes its chance; a writer fails in a moment.
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
