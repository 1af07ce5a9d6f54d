using Attribution.Diagnostics;

namespace Attribution.Data.Store;

/// <summary>
/// Keeps users of a store and a collection of it apart. On one machine, and where locks hold between machines, a lock does so that users hold together and a
/// collection alone. For machines that see no lock of each other there are leases too: who comes writes its own first and then looks for the others'.
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

    /// <summary>Enters as one of the users; null while the store is collected.</summary>
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

    /// <summary>Enters alone, to collect.</summary>
    /// <exception cref="AttributionException">ATTR1807: somebody uses the store.</exception>
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

    /// <summary>Forgets users that are long dead.</summary>
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
            // It lapses.
        }
        _lock?.Dispose();
    }

    private const string Collector = "collector.";

    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1);

    // One on this machine is seen by its lock.
    private static bool IsCollectedElsewhere(StoreLayout layout, StoreFiles files)
    {
        files.Refresh(layout.Users);
        return All(layout).Any(file => Path.GetFileName(file).StartsWith(Collector, StringComparison.Ordinal)
            && NodeOf(file) != files.Node && !Lease.HasLapsed(file, files));
    }

    // What the file system is asked its time by, and is refreshed by, is nobody's.
    private static string[] All(StoreLayout layout) => [.. Directory.GetFiles(layout.Users).Where(file => Path.GetFileName(file)[0] != '.')];

    private static string NodeOf(string file)
    {
        var name = Path.GetFileName(file);
        return (name.StartsWith(Collector, StringComparison.Ordinal) ? name[Collector.Length..] : name).Split('.')[0];
    }

    private static AttributionException InUse(StoreLayout layout, string who, Exception? e) =>
        new(ErrorCodes.StoreInUse, $"{who} using the store '{layout.Root}'. Collect it when that has ended.", e) { File = layout.Root };
}
