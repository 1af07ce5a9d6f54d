using System.Runtime.CompilerServices;

namespace Attribution.Tests;

/// <summary>
/// Keeps the temporary files of tests in memory, where Linux has room for them and lets programs run: the suite creates and deletes more than 50,000 small
/// files. The variable <c>TMPDIR</c> names another folder.
/// </summary>
internal static class FilesInMemory
{
    private const string Memory = "/dev/shm";

    /// <summary>Some containers have 64 MiB. At once the tests need 1 GiB at most.</summary>
    private const long LeastFreeBytes = 4L << 30;

    [ModuleInitializer]
    internal static void Use()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } || !MayRunPrograms()
            || new DriveInfo(Memory).AvailableFreeSpace < LeastFreeBytes)
            return;
        var folder = Directory.CreateDirectory($"{Memory}/attribution-tests-{Environment.ProcessId}").FullName;
        Environment.SetEnvironmentVariable("TMPDIR", folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A process that a test started still writes there.
            }
        };
    }

    // Tests start programs that they have put there; in containers it is often mounted with noexec.
    private static bool MayRunPrograms() => File.ReadLines("/proc/mounts").Select(line => line.Split(' '))
        .LastOrDefault(mount => mount[1] == Memory) is [_, _, "tmpfs", var options, ..] && !options.Split(',').Contains("noexec");
}
