namespace Attribution.Data.Store;

/// <summary>
/// One process's lock on a name. The operating system releases it when the process ends, however it ends (flock(2) on Unix, share modes on Windows).
/// </summary>
/// <remarks>
/// The holder deletes the lock's file on release, so that such files do not accumulate. Only a holder deletes, and only while it holds the lock. A process that
/// locked a file which was deleted in the meantime holds nothing; it notices that the name no longer leads to the file that it locked.
/// The file contains its holder's <see cref="Lease"/>. Machines that do not see each other's locks exclude each other by leases. A lease also shows that a lock
/// remained after its machine died: such a file is deleted, and a new file gets its name.
/// </remarks>
internal sealed class StoreLock : IDisposable
{
    private const int MostTries = 100;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private readonly string _path;
    private readonly FileStream _file;
    private readonly Lease _lease;

    private StoreLock(string path, FileStream file, Lease lease) => (_path, _file, _lease) = (path, file, lease);

    /// <summary>Takes the lock; null if another process holds it.</summary>
    /// <exception cref="IOException">The lock's file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The lock's file cannot be created.</exception>
    public static StoreLock? TryAcquire(string path, StoreFiles? files = null)
    {
        files ??= StoreFiles.OfThisMachine;
        // On a disk of this machine, only the locks decide, also between containers with host names of their own.
        var isShared = files.IsShared(Path.GetDirectoryName(path)!);
        for (var tries = 1; ; tries++)
        {
            FileStream file;
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                file = files.OpenAlone(path);
            }
            catch (DirectoryNotFoundException)
            {
                // The store was deleted between the two lines.
                continue;
            }
            catch (IOException e) when (IsStale(e) && tries < MostTries)
            {
                continue;
            }
            catch (IOException e) when (IsHeldElsewhere(e))
            {
                if (!isShared || !Lease.IsOfDeadOther(path, files))
                    return null;
                File.Delete(path);
                continue;
            }
            if (!LeadsTo(path, file))
            {
                file.Dispose();
                continue;
            }
            try
            {
                if (!isShared || !Lease.IsOfLivingOther(file, files))
                    return new StoreLock(path, file, Lease.Take(file, files));
                file.Dispose();
                return null;
            }
            catch (IOException e) when (IsStale(e) && tries < MostTries)
            {
                file.Dispose();
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    /// <summary>Takes the lock, waiting until its holder releases it.</summary>
    /// <param name="path">The lock's file.</param>
    /// <param name="files">The file system.</param>
    /// <param name="waiting">Called once if another process holds the lock.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <inheritdoc cref="TryAcquire" path="/exception"/>
    public static StoreLock Acquire(string path, StoreFiles files, Action waiting, CancellationToken cancellation)
    {
        var pause = TimeSpan.FromMilliseconds(10);
        var told = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryAcquire(path, files) is { } held)
                return held;
            if (!told)
                waiting();
            told = true;
            cancellation.WaitHandle.WaitOne(pause);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 3 / 2, LongestPause.Ticks));
        }
    }

    /// <summary>Whether opening a file failed because another process has opened it exclusively.</summary>
    public static bool IsHeldElsewhere(IOException e)
        => e.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11);

    // ESTALE: a network file system found the name, and then not the file, because its holder on another machine deleted it meanwhile.
    private static bool IsStale(IOException e) => e.HResult == (OperatingSystem.IsMacOS() ? 70 : 116);

    /// <summary>Releases the lock.</summary>
    public void Dispose()
    {
        _lease.Dispose();
        // Without inodes, a process could not notice that a file was deleted, so the file stays. It is small.
        if (FileIdentity.Of(_file.SafeFileHandle).Inode != 0 && LeadsTo(_path, _file))
            File.Delete(_path);
        else
            Empty();
        _file.Dispose();
    }

    // An empty file belongs to no holder.
    private void Empty()
    {
        try
        {
            _file.SetLength(0);
        }
        catch (IOException)
        {
            // Its lease lapses.
        }
    }

    private static bool LeadsTo(string path, FileStream file)
        => FileIdentity.Of(path) is { } named && named.Inode == FileIdentity.Of(file.SafeFileHandle).Inode;
}
