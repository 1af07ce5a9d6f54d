using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>
/// Keeps users of a store apart from a collection of it. On one machine, and where locks hold between machines, users hold a lock together and a collection
/// holds it alone. For machines that do not see each other's locks there are leases as well: each one first writes its own lease and then looks for those of
/// the others.
/// </summary>
internal sealed class StoreUse : IDisposable
{
    private readonly FileStream? _lock;
    private readonly FileStream _leaseFile;
    private readonly Lease? _lease;

    private StoreUse(FileStream leaseFile, StoreFiles files, Func<FileStream> open)
    {
        _leaseFile = leaseFile;
        try
        {
            _lease = Lease.Take(leaseFile, files);
            _lock = open();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Enters as a user; null while the store is being collected.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    public static StoreUse? TryEnter(StoreLayout layout, StoreFiles files)
    {
        Directory.CreateDirectory(layout.Users);
        StoreUse use;
        try
        {
            use = new StoreUse(Create(Path.Combine(layout.Users, $"{files.Node}.{Environment.ProcessId}.{Guid.NewGuid():N}")), files,
                () => files.OpenShared(layout.InUse));
        }
        catch (IOException e) when (StoreLock.IsHeldElsewhere(e))
        {
            return null;
        }
        if (!IsCollectedElsewhere(layout, files))
            return use;
        use.Dispose();
        return null;
    }

    /// <summary>Enters as the only one, to collect.</summary>
    /// <exception cref="AttributionException">ATTR1807: the store is in use.</exception>
    /// <exception cref="IOException">The store cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    public static StoreUse EnterAlone(StoreLayout layout, StoreFiles files)
    {
        Directory.CreateDirectory(layout.Users);
        StoreUse use;
        try
        {
            use = new StoreUse(Create(Path.Combine(layout.Users, $"{Collector}{files.Node}.{Guid.NewGuid():N}")), files, () => files.OpenAlone(layout.InUse));
        }
        catch (IOException e) when (StoreLock.IsHeldElsewhere(e))
        {
            throw InUse(layout, "A build is", e);
        }
        files.Refresh(layout.Users);
        foreach (var other in All(layout).Where(file => file != use._leaseFile.Name))
            if (NodeOf(other) == files.Node || Lease.HasLapsed(other, files))
                File.Delete(other); // it holds no lock, so it is dead
            else
            {
                use.Dispose();
                throw InUse(layout, "A build on another machine is", null);
            }
        return use;
    }

    /// <summary>Deletes the files of users that died long ago.</summary>
    public static void Sweep(StoreLayout layout, StoreFiles files)
    {
        foreach (var user in Directory.Exists(layout.Users) ? All(layout) : [])
            if (Lease.HasLapsed(user, files))
                File.Delete(user);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lease?.Dispose();
        _leaseFile.Dispose();
        try
        {
            File.Delete(_leaseFile.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its lease lapses.
        }
        _lock?.Dispose();
    }

    private const string Collector = "collector.";

    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1);

    // A collection on this machine is seen by its lock.
    private static bool IsCollectedElsewhere(StoreLayout layout, StoreFiles files)
    {
        files.Refresh(layout.Users);
        return All(layout).Any(file => Path.GetFileName(file).StartsWith(Collector, StringComparison.Ordinal)
            && NodeOf(file) != files.Node && !Lease.HasLapsed(file, files));
    }

    // The files for asking the file system's time and for refreshing it belong to no user.
    private static string[] All(StoreLayout layout) => [.. Directory.GetFiles(layout.Users).Where(file => Path.GetFileName(file)[0] != '.')];

    private static string NodeOf(string file)
    {
        var name = Path.GetFileName(file);
        return (name.StartsWith(Collector, StringComparison.Ordinal) ? name[Collector.Length..] : name).Split('.')[0];
    }

    private static AttributionException InUse(StoreLayout layout, string who, Exception? e) =>
        new(ErrorCodes.StoreInUse, $"{who} using the store '{layout.Root}'. Collect it when that has ended.", e) { File = layout.Root };
}
