namespace Attribution.Data;

/// <summary>The location of everything that the project computes: the artifact store.</summary>
internal sealed record ArtifactPaths
{
    /// <summary>The environment variable with the path of the store's folder.</summary>
    public const string StoreVariable = "ATTRIBUTION_STORE";

    /// <param name="store">The store's folder; a relative path is made absolute.</param>
    public ArtifactPaths(string store) => Store = Path.TrimEndingDirectorySeparator(Path.GetFullPath(store));

    /// <summary>The absolute path of the artifact store.</summary>
    public string Store { get; }

    /// <summary>
    /// The paths to use: <c>ATTRIBUTION_STORE</c> if set; else <c>artifacts/store</c> in the nearest folder, at or above <paramref name="workingDirectory"/>,
    /// that has it already, as an experiment outside of a repository does, or that contains <c>.git</c> or <c>Attribution.sln</c>; else the user's cache
    /// folder.
    /// </summary>
    /// <param name="workingDirectory">The folder to search from; the current directory if null.</param>
    public static ArtifactPaths Current(string? workingDirectory = null)
    {
        if (Environment.GetEnvironmentVariable(StoreVariable) is { Length: > 0 } store)
            return new(store);
        for (var at = new DirectoryInfo(workingDirectory ?? Directory.GetCurrentDirectory()); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "artifacts", "store") is var beside && (Directory.Exists(beside)
                || Path.Exists(Path.Combine(at.FullName, ".git")) || File.Exists(Path.Combine(at.FullName, "Attribution.sln"))))
                return new(beside);
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return new(Path.Combine(cache, "attribution", "store"));
    }
}
