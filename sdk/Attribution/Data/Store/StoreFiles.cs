using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Attribution.Data.Store;

/// <summary>
/// The operations for which file systems differ: locks, clocks, and whether a folder exists. Tests use a substitute that behaves like a network file system.
/// </summary>
internal class StoreFiles
{
    // The names that statfs(2) gives, as .NET spells them.
    private static readonly string[] NetworkFormats =
        ["nfs", "cifs", "smb", "lustre", "gpfs", "beegfs", "ceph", "afs", "fuse", "gluster", "9p", "v9fs", "panfs", "pvfs", "orangefs", "virtiofs", "weka",
            "ocfs2", "gfs2"];

    private static readonly TimeSpan ClockIsGoodFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, bool> _shared = [];
    private readonly ConcurrentDictionary<string, (TimeSpan Ahead, long Measured)> _clocks = [];

    /// <summary>The file systems of this machine.</summary>
    public static StoreFiles OfThisMachine { get; } = new();

    /// <summary>
    /// Tries, from another process, a lock that this process holds: true if that process got it too; null if unknown. Set by programs that can start themselves
    /// again.
    /// </summary>
    public Func<string, bool?>? TryFromOtherProcess { get; set; }

    /// <summary>The machines whose locks have kept this process out, so that locks are known to hold between them and this machine.</summary>
    internal ConcurrentDictionary<string, bool> SeesLocksOf { get; } = [];

    /// <summary>The id of this machine since its last boot.</summary>
    public virtual string Node => StoreNode.This;

    /// <summary>Opens a file exclusively and creates it if it does not exist.</summary>
    /// <exception cref="IOException">For example <see cref="StoreLock.IsHeldElsewhere"/>.</exception>
    public virtual FileStream OpenAlone(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);

    /// <summary>Opens a file together with others that do the same, and creates it if it does not exist.</summary>
    /// <remarks>Opened for reading: for a writable file on nfs or cifs, .NET takes no shared lock and reports nothing.</remarks>
    /// <inheritdoc cref="OpenAlone" path="/exception"/>
    public virtual FileStream OpenShared(string path) => new(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite, 1);

    /// <summary>
    /// Whether a folder exists. A network file system may report for a minute that it does not after another machine created it (<see cref="Refresh"/>).
    /// </summary>
    public virtual bool FolderExists(string path) => Directory.Exists(path);

    /// <summary>
    /// Makes the file system ask its server again for the contents of a folder: a change by this machine invalidates what the client has cached.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public virtual void Refresh(string folder)
    {
        if (!IsShared(folder))
            return;
        Directory.CreateDirectory(folder);
        using (File.Create(Path.Combine(folder, $".refresh.{Guid.NewGuid():N}"), 1, FileOptions.DeleteOnClose))
        {
        }
    }

    /// <summary>Writes the holder of a file into it, which also sets its time stamp.</summary>
    public virtual void Stamp(FileStream file)
    {
        RandomAccess.Write(file.SafeFileHandle, Encoding.UTF8.GetBytes(Node + "\n"), 0);
        // Otherwise the client of a network file system may delay the write.
        if (IsShared(Path.GetDirectoryName(file.Name)!))
            RandomAccess.FlushToDisk(file.SafeFileHandle);
    }

    /// <summary>The present time by the clock that stamps the files of a folder, which may be a server's.</summary>
    public virtual DateTime Now(string folder)
    {
        if (_clocks.TryGetValue(folder, out var clock) && Stopwatch.GetElapsedTime(clock.Measured) < ClockIsGoodFor)
            return DateTime.UtcNow + clock.Ahead;
        var path = Path.Combine(folder, $".clock.{Guid.NewGuid():N}");
        File.WriteAllText(path, "");
        var ahead = File.GetLastWriteTimeUtc(path) - DateTime.UtcNow;
        File.Delete(path);
        _clocks[folder] = (ahead, Stopwatch.GetTimestamp());
        return DateTime.UtcNow + ahead;
    }

    /// <summary>Whether several machines may use the contents of a folder.</summary>
    public virtual bool IsShared(string folder) => _shared.GetOrAdd(folder, static folder =>
    {
        try
        {
            for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
                if (at.Exists)
                    return new DriveInfo(at.FullName).DriveFormat is var format
                        && NetworkFormats.Any(name => format.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Unknown; asking more often costs little.
        }
        return true;
    });

    /// <summary>
    /// Whether the file system of a folder supports locks. Some network file systems only pretend to, and some keep them only within the asking process.
    /// </summary>
    public virtual bool HasLocks(string folder)
    {
        var path = Path.Combine(folder, $"probe.{Guid.NewGuid():N}");
        using var held = StoreLock.TryAcquire(path, this);
        if (held is null)
            return true;
        using (var second = StoreLock.TryAcquire(path, this))
            if (second is not null)
                return false;
        return TryFromOtherProcess is null || !IsShared(folder) || !OtherGets(folder, path);
    }

    // Starting a process takes longer than a stage whose results are all in the store, so this is tested once per boot.
    private bool OtherGets(string folder, string path)
    {
        var known = Path.Combine(folder, $"probed.{Node}");
        if (File.Exists(known))
            return File.ReadAllText(known).StartsWith("none", StringComparison.Ordinal);
        if (TryFromOtherProcess!(path) is not { } gets)
            return false;
        File.WriteAllText(known, gets ? "none: two processes held one lock\n" : "locks hold between processes\n");
        return gets;
    }
}
