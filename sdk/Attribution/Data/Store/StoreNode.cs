namespace Attribution.Data.Store;

/// <summary>Which machine this is, since it was started: of what an earlier start left, nobody is alive.</summary>
internal static class StoreNode
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>16 hexadecimal digits, made from the host's name and its boot.</summary>
    public static string This { get; } = ContentHash.Of($"{Environment.MachineName} {Boot()}").ToString()[..16];

    // Where no file says it, the hour of the start does.
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
