using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Attribution.Data.Store;

/// <summary>
/// What the store asks of the file system that it lies on where file systems differ: locks, clocks, and whether a folder is there. A test has one that
/// answers as network file systems do.
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
    /// Tries a lock that this process holds from another process; returns whether that got it too, or null if that cannot be told. Set by programs that can
    /// start themselves again.
    /// </summary>
    public Func<string, bool?>? TryFromOtherProcess { get; set; }

    /// <summary>This machine, as long as it has been up.</summary>
    public virtual string Node => StoreNode.This;

    /// <summary>Opens a file for its holder alone; made if it is not there.</summary>
    /// <exception cref="IOException">Among others, <see cref="StoreLock.IsHeldElsewhere"/>.</exception>
    public virtual FileStream OpenAlone(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);

    /// <summary>Opens a file beside others who do so; made if it is not there.</summary>
    /// <remarks>For reading: of a file on nfs or cifs that may be written to, .NET takes no shared lock, and says nothing.</remarks>
    /// <inheritdoc cref="OpenAlone" path="/exception"/>
    public virtual FileStream OpenShared(string path) => new(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite, 1);

    /// <summary>Whether a folder is there. A network file system may say no for a minute after another machine has made it (<see cref="Refresh"/>).</summary>
    public virtual bool FolderExists(string path) => Directory.Exists(path);

    /// <summary>Has the file system ask its server anew what is in a folder: a change of one's own makes what was remembered of it void.</summary>
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

    /// <summary>Writes who has a file, and the time of now beside it.</summary>
    public virtual void Stamp(FileStream file)
    {
        RandomAccess.Write(file.SafeFileHandle, Encoding.UTF8.GetBytes(Node + "\n"), 0);
        // Else a client of a network file system may keep it for itself.
        if (IsShared(Path.GetDirectoryName(file.Name)!))
            RandomAccess.FlushToDisk(file.SafeFileHandle);
    }

    /// <summary>The time by the clock that stamps the files of a folder, which may be a server's.</summary>
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

    /// <summary>Whether machines may share what is in a folder.</summary>
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
            // Not known: what it costs to ask more often is little.
        }
        return true;
    });

    /// <summary>Whether the file system of a folder keeps locks. Some network file systems pretend to, some only to the process that asks.</summary>
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

    // Starting a process costs more than a stage that finds all in the store, so it is asked once for as long as this machine is up.
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
