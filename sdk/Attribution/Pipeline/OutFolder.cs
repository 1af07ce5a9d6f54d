using Attribution.Data.Store;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>
/// The folder <c>out/</c> of an experiment, with the results for people, in the original pipeline's layout. Its files are copies: changing them does not affect
/// the store, and the next run of their stage restores them.
/// </summary>
internal sealed class OutFolder(string root, FileHasher hasher)
{
    /// <summary>Copies the files of a stage into place, and removes those that it placed before and no longer has.</summary>
    /// <param name="files">The files.</param>
    /// <param name="before">The paths that the stage listed the last time; those outside this folder are ignored.</param>
    /// <returns>The paths of the files.</returns>
    public IReadOnlyList<string> Place(IEnumerable<ShownFile> files, IEnumerable<string> before)
    {
        var placed = new List<string>();
        foreach (var file in files)
        {
            var path = Path.Combine(root, file.Path);
            placed.Add(path);
            if (file.Source is { } source)
                Copy(source.File, source.Content, path);
            else
                WholeFile.Write(path, file.Bytes!);
        }
        foreach (var path in before.Except(placed).Where(IsInside))
            Remove(path);
        return placed;
    }

    private void Copy(string source, OutputFile content, string path)
    {
        if (new FileInfo(path) is { Exists: true } there && there.Length == content.Bytes && hasher.HashFile(path) == content.Hash)
            return;
        WholeFile.Replace(path, temporary => File.Copy(source, temporary));
    }

    // Another build of the experiment may be doing the same.
    private void Remove(string path)
    {
        try
        {
            File.Delete(path);
            for (var folder = Path.GetDirectoryName(path); folder is not null && IsInside(folder)
                && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder))
                Directory.Delete(folder);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private bool IsInside(string path) => Path.GetFullPath(path).StartsWith(Path.GetFullPath(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
