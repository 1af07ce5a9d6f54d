using System.Runtime.InteropServices;

namespace Attribution.Data.Store;

/// <summary>Makes files and folders survive a power failure: fsync(2), also for folders, which .NET does not open.</summary>
internal static partial class StableStorage
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <summary>Returns when a file's content, or a folder's list of entries, is on the disk.</summary>
    /// <exception cref="IOException">The system call failed; <see cref="Exception.HResult"/> is the system's error number.</exception>
    public static void Flush(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            FlushElsewhere(path);
            return;
        }
        var descriptor = open(path, ReadOnly | CloseOnExec);
        if (descriptor < 0)
            throw Failed(path);
        try
        {
            if (fsync(descriptor) != 0)
                throw Failed(path);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static void FlushElsewhere(string path)
    {
        // Windows itself keeps the order of a folder's changes.
        if (Directory.Exists(path))
            return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    private static IOException Failed(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'", error);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
