using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Attribution.Selection.Sources;

/// <summary>Asks the kernel to fetch a part of a file from the disk while something else goes on. Where it cannot be asked, nothing happens.</summary>
internal static partial class ReadAhead
{
    private const int WillNeed = 3;

    public static void Request(SafeFileHandle file, long offset, long bytes)
    {
        // The result does not matter: if something is wrong, reading says so.
        if (OperatingSystem.IsLinux())
            _ = Advise(file, offset, bytes, WillNeed);
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long bytes, int advice);
}
