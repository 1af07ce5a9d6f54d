using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Attribution.Data.Store;

/// <summary>
/// Writes into a file which machine holds it and, by a heartbeat, that the holder is alive. Locks of the operating system come first. Leases cover what locks
/// miss on a network file system: a lock may remain after its machine died, and may hold on one machine only.
/// </summary>
internal sealed partial class Lease : IDisposable
{
    /// <summary>The time between two stamps of a holder.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A holder on another machine that has not stamped its file for this long counts as dead. If it is alive after all, some work is done twice.
    /// </summary>
    public static readonly TimeSpan Lapse = TimeSpan.FromMinutes(2);

    private const int LongestOwner = 64;

    private static readonly ConcurrentDictionary<Lease, bool> Held = [];
    private static readonly Timer Heart = new(_ => BeatAll(null), null, Beat, Beat);

    private readonly StoreFiles _files;
    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private bool _ended;

    private Lease(FileStream file, StoreFiles files) => (_file, _files) = (file, files);

    /// <summary>Takes a lease on an open file; the caller closes the file after the lease.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static Lease Take(FileStream file, StoreFiles files)
    {
        var lease = new Lease(file, files);
        files.Stamp(file);
        Held[lease] = true;
        GC.KeepAlive(Heart);
        return lease;
    }

    /// <summary>
    /// Whether a file that this process has locked belongs to another machine that is alive and whose locks are not seen here. A machine is known to be seen
    /// after one of its locks has kept this process out.
    /// </summary>
    public static bool IsOfLivingOther(FileStream file, StoreFiles files)
    {
        Span<byte> owner = stackalloc byte[LongestOwner];
        return Name(owner[..RandomAccess.Read(file.SafeFileHandle, owner, 0)]) is { } node && node != files.Node && !files.SeesLocksOf.ContainsKey(node)
            && !HasLapsed(file.Name, files);
    }

    /// <summary>Whether a file that another holder has locked belongs to a machine that is dead, so that its lock merely remains.</summary>
    public static bool IsOfDeadOther(string path, StoreFiles files)
    {
        if (ReadLocked(path) is not { } node || node == files.Node)
            return false;
        if (HasLapsed(path, files))
            return true;
        files.SeesLocksOf[node] = true;
        return false;
    }

    /// <summary>Whether a file has not been stamped, or a folder not changed, for so long that its holder counts as dead; true if it does not exist.</summary>
    public static bool HasLapsed(string path, StoreFiles files) =>
        !Path.Exists(path) || files.Now(Path.GetDirectoryName(path)!) - File.GetLastWriteTimeUtc(path) > Lapse;

    /// <summary>Stamps the files of leases.</summary>
    /// <param name="files">The leases of one file system; null for all.</param>
    public static void BeatAll(StoreFiles? files)
    {
        foreach (var lease in Held.Keys.Where(lease => files is null || lease._files == files))
            lease.BeatOnce();
    }

    /// <summary>Ends the lease, without another stamp.</summary>
    public void Dispose()
    {
        Held.TryRemove(this, out _);
        lock (_gate)
            _ended = true;
    }

    private void BeatOnce()
    {
        lock (_gate)
            try
            {
                if (!_ended)
                    _files.Stamp(_file);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
            {
                // The disk is full, or the server is away for a while. At worst some work is done twice.
            }
    }

    private static string? Name(ReadOnlySpan<byte> text) => text.IndexOf((byte)'\n') is > 0 and var end ? Encoding.UTF8.GetString(text[..end]) : null;

    // .NET does not open a file that another process has locked, even to read it.
    private static string? ReadLocked(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var descriptor = open(path, CloseOnExec);
        if (descriptor < 0)
            return null;
        try
        {
            var text = new byte[LongestOwner];
            return read(descriptor, text, text.Length) is > 0 and var count ? Name(text.AsSpan(0, (int)count)) : null;
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private const int CloseOnExec = 0x80000;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, [Out] byte[] buffer, nint count);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
