namespace Attribution.Tests;

/// <summary>The repository's own files: none that a build or a package manager made, and no prompts for models.</summary>
internal static class RepositoryFiles
{
    /// <summary>The full paths of the files with these extensions, in order.</summary>
    public static IEnumerable<string> Of(params string[] extensions) =>
        In(SharedData.RepositoryRoot).Where(path => extensions.Contains(Path.GetExtension(path))).Order(StringComparer.Ordinal);

    private static IEnumerable<string> In(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder).Where(inner => IsOwn(Path.GetFileName(inner))).SelectMany(In));

    private static bool IsOwn(string folder) =>
        folder[0] != '.' && folder is not ("bin" or "obj" or "out" or "artifacts" or "Prompts" or "node_modules" or "TestResults");
}
