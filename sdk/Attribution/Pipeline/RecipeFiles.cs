using Attribution.Data;

namespace Attribution.Pipeline;

/// <summary>The files that a recipe of the experiment's own may read.</summary>
internal static class RecipeFiles
{
    /// <summary>The file, all files in the folder, or the files that match the glob, in ordinal order; empty if the path is none of these.</summary>
    public static IReadOnlyList<string> Of(string path) => Directory.Exists(path)
        ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : DatasetFiles.Expand(path);

    /// <summary>What a request holds besides the files' contents: their paths within the folder; or, without files, the path as the project has it.</summary>
    public static IReadOnlyList<string> Names(string written, string path, IReadOnlyList<string> files)
    {
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "";
        return files.Count == 0 ? [written] : [.. files.Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))];
    }
}
