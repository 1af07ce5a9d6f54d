namespace Attribution.Data;

/// <summary>
/// Where everything that the project computes lies: the artifact store.
/// </summary>
internal sealed record ArtifactPaths
{
    /// <summary>The environment variable that names the store's folder.</summary>
    public const string StoreVariable = "ATTRIBUTION_STORE";

    /// <param name="store">The store's folder; made absolute.</param>
    public ArtifactPaths(string store) => Store = Path.TrimEndingDirectorySeparator(Path.GetFullPath(store));

    /// <summary>The artifact store, absolute.</summary>
    public string Store { get; }

    /// <summary>
    /// The paths in force: <c>ATTRIBUTION_STORE</c>; else <c>artifacts/store</c> of the nearest folder at or above
    /// <paramref name="workingDirectory"/> that holds <c>.git</c> or <c>Attribution.sln</c>; else the user's cache folder.
    /// </summary>
    /// <param name="workingDirectory">Where to look from; the current directory if null.</param>
    public static ArtifactPaths Current(string? workingDirectory = null)
    {
        if (Environment.GetEnvironmentVariable(StoreVariable) is { Length: > 0 } store)
            return new(store);
        for (var at = new DirectoryInfo(workingDirectory ?? Directory.GetCurrentDirectory()); at is not null; at = at.Parent)
            if (Path.Exists(Path.Combine(at.FullName, ".git")) || File.Exists(Path.Combine(at.FullName, "Attribution.sln")))
                return new(Path.Combine(at.FullName, "artifacts", "store"));
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return new(Path.Combine(cache, "attribution", "store"));
    }
}
