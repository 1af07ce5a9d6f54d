using System.Diagnostics;

namespace Attribution.Tests.Data.Store;

/// <summary>A file system of a few pages in memory, to fill up or to make read-only.</summary>
internal sealed class Tmpfs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Tmpfs(int kibibytes)
    {
        if (!Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "attribution-test", Path))
            throw new InvalidOperationException("cannot mount");
    }

    /// <summary>Whether this process may mount.</summary>
    public static bool IsAllowed { get; } = Try();

    public string Path => _folder.Path;

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Path).ShouldBeTrue();

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private static bool Try()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return false;
        try
        {
            using var mounted = new Tmpfs(64);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

/// <summary>A fact that mounts a file system, skipped where that is not allowed.</summary>
internal sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute()
    {
        if (!Tmpfs.IsAllowed)
            Skip = "needs the right to mount";
    }
}
