namespace Attribution.Torch.Provisioning;

/// <summary>
/// Where what is made for this machine's native libraries lies: <c>native/</c> beside the artifact store.
/// </summary>
public static class NativeFolder
{
    /// <summary>
    /// The folder, which need not exist yet: beside <c>ATTRIBUTION_STORE</c>; else <c>artifacts/native</c> of the repository
    /// around the current folder; else <c>attribution/native</c> in the user's cache.
    /// </summary>
    public static string Locate()
    {
        if (Environment.GetEnvironmentVariable("ATTRIBUTION_STORE") is { Length: > 0 } store)
            return Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(store))) ?? "/", "native");
        for (var at = new DirectoryInfo(Environment.CurrentDirectory); at is not null; at = at.Parent)
            if (Path.Exists(Path.Combine(at.FullName, ".git")) || File.Exists(Path.Combine(at.FullName, "Attribution.sln")))
                return Path.Combine(at.FullName, "artifacts", "native");
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "attribution", "native");
    }
}
