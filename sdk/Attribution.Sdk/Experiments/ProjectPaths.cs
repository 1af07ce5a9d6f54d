namespace Attribution.Sdk.Experiments;

/// <summary>
/// Converts paths for requests: relative to the project if the project names them so, with <c>/</c>, so that a moved folder makes the same request.
/// </summary>
/// <param name="project">The project's directory.</param>
internal sealed class ProjectPaths(string project)
{
    /// <summary>The absolute path.</summary>
    public string Full(string path) => Path.GetFullPath(Path.Combine(project, path.Replace('\\', Path.DirectorySeparatorChar)));

    /// <summary>An absolute path unchanged; any other path relative to the project.</summary>
    public string Written(string path) =>
        (Path.IsPathRooted(path) ? path : Path.GetRelativePath(project, Full(path))).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Relative if the path is in the project's directory, else absolute.</summary>
    public string Short(string path)
    {
        var relative = Path.GetRelativePath(project, Full(path));
        return (relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative)
            ? Full(path) : relative).Replace(Path.DirectorySeparatorChar, '/');
    }

    /// <summary>The files of a path, in order: the file itself, or those that match its wildcards.</summary>
    public IReadOnlyList<string> Files(string path)
    {
        var full = Full(path);
        if (!Path.GetFileName(full).AsSpan().ContainsAny('*', '?'))
            return File.Exists(full) ? [full] : [];
        var folder = Path.GetDirectoryName(full)!;
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, Path.GetFileName(full)).Order(StringComparer.Ordinal)] : [];
    }
}
