namespace Attribution.Data.Store;

/// <summary>The identity of this machine since its last boot: holders from an earlier boot are dead.</summary>
internal static class StoreNode
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>16 hexadecimal digits, computed from the host name and the boot.</summary>
    public static string This { get; } = ContentHash.Of($"{Environment.MachineName} {Boot()}").ToString()[..16];

    // If no file gives the boot, the hour of the start is used.
    private static string Boot()
    {
        try
        {
            return File.ReadAllText(BootFile).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return OperatingSystem.IsLinux() ? "" : $"{(DateTime.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64)).Ticks / TimeSpan.TicksPerHour}";
        }
    }
}
