namespace Attribution.Data.Store.Journals;

/// <summary>
/// Locks by key, all in one file: one byte each, far apart. No file is created or deleted for a lock, so a lock costs two system calls. The operating system
/// releases a lock when its holder dies. On a file system without such locks, every process gets the lock: work may then be done twice, but nothing worse.
/// </summary>
/// <remarks>
/// These locks belong to the process (fcntl(2)): they never exclude the process itself, and closing the file anywhere releases all of them. So a process opens
/// the file once, and tracks its own keys itself.
/// </remarks>
internal sealed class KeyLocks : IDisposable
{
    private const int HeldElsewhere = 11, HeldElsewhereToo = 13, HeldElsewhereOnMac = 35;
    private const int HeldElsewhereOnWindows = unchecked((int)0x80070021);

    private static readonly Dictionary<string, KeyLocks> OfThisProcess = [];

    private readonly string _path;
    private readonly HashSet<long> _held = [];
    private FileStream? _file;
    private int _users;

    private KeyLocks(string path) => _path = path;

    /// <summary>The locks of a file. Each caller must dispose the result.</summary>
    public static KeyLocks Of(string path)
    {
        lock (OfThisProcess)
        {
            if (!OfThisProcess.TryGetValue(path, out var locks))
                OfThisProcess.Add(path, locks = new(path));
            locks._users++;
            return locks;
        }
    }

    /// <summary>Takes a lock.</summary>
    /// <returns>The lock, to be disposed; null if it is held elsewhere.</returns>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be created.</exception>
    public IDisposable? TryTake(ContentHash key)
    {
        var place = (long)(key.Leading >> 2);
        lock (_held)
        {
            _file ??= new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
            return !_held.Contains(place) && TryLock(place) && _held.Add(place) ? new Held(this, place) : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (OfThisProcess)
        {
            if (--_users > 0)
                return;
            OfThisProcess.Remove(_path);
            _file?.Dispose();
        }
    }

    private bool TryLock(long place)
    {
        try
        {
#pragma warning disable CA1416 // A platform without such locks throws.
            _file!.Lock(place, 1);
#pragma warning restore CA1416
            return true;
        }
        catch (IOException e) when (e.HResult is HeldElsewhere or HeldElsewhereToo or HeldElsewhereOnMac or HeldElsewhereOnWindows)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return true;
        }
    }

    private void Release(long place)
    {
        lock (_held)
        {
            _held.Remove(place);
            try
            {
#pragma warning disable CA1416
                _file!.Unlock(place, 1);
#pragma warning restore CA1416
            }
            catch (Exception e) when (e is IOException or PlatformNotSupportedException)
            {
                // There was none.
            }
        }
    }

    private sealed class Held(KeyLocks locks, long place) : IDisposable
    {
        public void Dispose() => locks.Release(place);
    }
}
