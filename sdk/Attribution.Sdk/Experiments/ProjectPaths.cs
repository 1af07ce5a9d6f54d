namespace Attribution.Sdk.Experiments;

/// <summary>Paths as requests have them: relative to the project where the project says so, with <c>/</c>, so that a moved folder asks for the same.</summary>
/// <param name="project">The project's directory.</param>
internal sealed class ProjectPaths(string project)
{
    /// <summary>The path absolute.</summary>
    public string Full(string path) => Path.GetFullPath(Path.Combine(project, path.Replace('\\', Path.DirectorySeparatorChar)));

    /// <summary>An absolute path as it was given, another one relative to the project.</summary>
    public string Written(string path) =>
        (Path.IsPathRooted(path) ? path : Path.GetRelativePath(project, Full(path))).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Relative if it lies in the project's directory, else absolute.</summary>
    public string Short(string path)
    {
        var relative = Path.GetRelativePath(project, Full(path));
        return (relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative)
            ? Full(path) : relative).Replace(Path.DirectorySeparatorChar, '/');
    }

    /// <summary>The files that a path names, in order: itself, or those that match its wildcards.</summary>
    public IReadOnlyList<string> Files(string path)
    {
        var full = Full(path);
        if (!Path.GetFileName(full).AsSpan().ContainsAny('*', '?'))
            return File.Exists(full) ? [full] : [];
        var folder = Path.GetDirectoryName(full)!;
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, Path.GetFileName(full)).Order(StringComparer.Ordinal)] : [];
    }
}
