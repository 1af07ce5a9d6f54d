using Attribution.Data.Store;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Doctor;

/// <summary>The artifact store: its location, whether it is writable, and the free space.</summary>
public static class StoreCheck
{
    private const long TooLittle = 10L << 30;

    /// <summary>Checks the store's folder or, if it does not exist yet, the nearest existing folder above it.</summary>
    public static Check Look(string store)
    {
        var existing = new DirectoryInfo(store);
        while (!existing.Exists && !File.Exists(existing.FullName) && existing.Parent is { } parent)
            existing = parent;
        if (!existing.Exists)
            return new Check("store", CheckStatus.Missing, $"{store} cannot be made: {existing.FullName} is a file",
                "export ATTRIBUTION_STORE=FOLDER");
        try
        {
            using (File.Create(Path.Combine(existing.FullName, $".attribution-{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Check("store", CheckStatus.Missing, $"{store} cannot be written: {e.Message}",
                "export ATTRIBUTION_STORE=FOLDER, on a disk that can be written");
        }
        if (LocksOf(existing.FullName) is { } none)
            return new Check("store", CheckStatus.Warn, $"{store}: {none}",
                "export ATTRIBUTION_STORE=FOLDER, on a file system with locks (NFS 4, Lustre mounted with flock), or run one build at a time");
        var free = new DriveInfo(existing.FullName).AvailableFreeSpace;
        var found = $"{store}, {free / (double)(1L << 30):0.0} GiB free";
        return free < TooLittle
            ? new Check("store", CheckStatus.Warn, found, "export ATTRIBUTION_STORE=FOLDER, on a disk with room for vectors and weights")
            : new Check("store", CheckStatus.Ok, found);
    }

    // Asked from two processes: a file system may keep locks to each of them.
    private static string? LocksOf(string folder)
    {
        var path = Path.Combine(folder, $".attribution-{Guid.NewGuid():N}");
        using var held = StoreLock.TryAcquire(path);
        using (var second = StoreLock.TryAcquire(path))
            if (second is not null)
                return "its file system has no locks";
        return TryLockVerb.TryFromOtherProcess(path) == true ? "two processes get one lock there" : null;
    }
}
