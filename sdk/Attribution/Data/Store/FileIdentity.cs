using System.Runtime.InteropServices;
using Attribution.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Attribution.Data.Store;

/// <summary>Detects a change of a file without reading its content. Times are nanoseconds since 1970 (UTC).</summary>
/// <param name="Length">The size in bytes.</param>
/// <param name="Modified">The time of the last change of the content, which anyone may set.</param>
/// <param name="Changed">The time of the last change of the content or the metadata, which nobody can set; 0 if the system does not report it.</param>
/// <param name="Inode">The file that the name refers to; 0 if the system does not report it.</param>
internal readonly partial record struct FileIdentity(long Length, long Modified, long Changed, ulong Inode)
{
    private const int AtCurrentFolder = -100;
    private const int AtEmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int TypeOfFile = 0xF000, Folder = 0x4000, Regular = 0x8000;

    private static bool s_hasStatx = OperatingSystem.IsLinux();

    /// <summary>The identity of the target of a path, through links; null if there is none.</summary>
    public static FileIdentity? Of(string path)
    {
        if (Statx(AtCurrentFolder, path, 0) is { } found)
            return found.Error == 0 ? found.Identity : null;
        var file = new FileInfo(path);
        if (file.Exists)
            return new FileIdentity(file.Length, Nanoseconds(file.LastWriteTimeUtc), 0, 0);
        return Directory.Exists(path) ? new FileIdentity(0, Nanoseconds(Directory.GetLastWriteTimeUtc(path)), 0, 0) : null;
    }

    /// <summary>
    /// Whether a path leads, through links, to something that is neither a file nor a folder: a pipe, whose reader waits until someone writes, or a device,
    /// which may have no end. False if the system does not report it.
    /// </summary>
    public static bool IsPipeOrDevice(string path) => s_hasStatx && Statx(AtCurrentFolder, path, 0) is { Error: 0 } found
        && (found.Mode & TypeOfFile) is not (Folder or Regular);

    /// <summary>Throws if <see cref="IsPipeOrDevice"/>.</summary>
    /// <exception cref="AttributionException">ATTR1805: the path is a pipe or a device.</exception>
    public static void RequireFile(string path)
    {
        if (IsPipeOrDevice(path))
            throw new AttributionException(ErrorCodes.InputUnreadable,
                $"'{path}' is a pipe or a device, which has no content to keep. Write it into a file, and name that.")
            { File = path };
    }

    /// <summary>The identity of an open file.</summary>
    public static FileIdentity Of(SafeFileHandle handle)
        => Statx((int)handle.DangerousGetHandle(), "", AtEmptyPath) is { Error: 0 } found
            ? found.Identity
            : new FileIdentity(RandomAccess.GetLength(handle), Nanoseconds(File.GetLastWriteTimeUtc(handle)), 0, 0);

    /// <summary>Converts a time to the unit of <see cref="Modified"/>.</summary>
    public static long Nanoseconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks * 100;

    private static (int Error, FileIdentity Identity, int Mode)? Statx(int folder, string path, int flags)
    {
        if (!s_hasStatx)
            return null;
        try
        {
            return statx(folder, path, flags, BasicStats, out var s) == 0
                ? (0, new FileIdentity((long)s.Size, s.ModifiedSeconds * 1_000_000_000 + s.ModifiedNanoseconds,
                    s.ChangedSeconds * 1_000_000_000 + s.ChangedNanoseconds, s.Inode), s.Mode)
                : (Marshal.GetLastPInvokeError(), default, 0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl before 1.2.5
            s_hasStatx = false;
            return null;
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, out StatxBuffer buffer);

    // struct statx of statx(2): the same layout on every architecture, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct StatxBuffer
    {
        [FieldOffset(28)] public readonly ushort Mode;
        [FieldOffset(32)] public readonly ulong Inode;
        [FieldOffset(40)] public readonly ulong Size;
        [FieldOffset(96)] public readonly long ChangedSeconds;
        [FieldOffset(104)] public readonly uint ChangedNanoseconds;
        [FieldOffset(112)] public readonly long ModifiedSeconds;
        [FieldOffset(120)] public readonly uint ModifiedNanoseconds;
    }
}
