using Attribution.Data.Store;
using Attribution.Pipeline.Results;

namespace Attribution.Pipeline;

/// <summary>
/// The folder <c>out/</c> of an experiment, where people find the results in the layout of the original pipeline. Its files are copies: whatever
/// is done to them, the store stays whole, and the next run of their stage brings them back.
/// </summary>
internal sealed class OutFolder(string root, FileHasher hasher)
{
    /// <summary>Brings the files of a stage in place and removes those that it had placed before and has no more.</summary>
    /// <param name="files">The files.</param>
    /// <param name="before">Paths that it was responsible for the last time, of which those under this folder count.</param>
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
