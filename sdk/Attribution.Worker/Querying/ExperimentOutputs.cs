using Attribution.Pipeline.Snapshots;

namespace Attribution.Worker.Querying;

/// <summary>What an experiment has left under <c>out/</c>.</summary>
/// <param name="Name">The experiment's folder, relative to where experiments were looked for.</param>
/// <param name="Folder">The same, absolute.</param>
/// <param name="Metrics">Its metrics; null if the last build did not come to them.</param>
/// <param name="Files">Its files.</param>
internal sealed record ExperimentOutputs(string Name, string Folder, Metrics? Metrics, IReadOnlyList<ExperimentFile> Files)
{
    private const int DeepestExperiment = 6;

    private static readonly string[] NoExperiments = ["bin", "obj", "out", "artifacts", "node_modules"];

    /// <summary>The experiments with outputs in or below a folder, by name.</summary>
    /// <exception cref="Diagnostics.AttributionException">ATTR1702: a file of metrics holds none.</exception>
    public static IEnumerable<ExperimentOutputs> Below(string root)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        return Folders(new DirectoryInfo(root), DeepestExperiment).Where(IsBuilt).OrderBy(f => f.FullName, StringComparer.Ordinal).Select(folder => Read(root, folder));
    }

    private static IEnumerable<DirectoryInfo> Folders(DirectoryInfo folder, int depth) => depth == 0 ? [folder] :
        folder.EnumerateDirectories().Where(f => f.LinkTarget is null && f.Name[0] != '.' && !NoExperiments.Contains(f.Name)).SelectMany(f => Folders(f, depth - 1)).Prepend(folder);

    private static bool IsBuilt(DirectoryInfo folder) =>
        File.Exists(MetricsOf(folder.FullName)) || (Directory.Exists(Path.Combine(folder.FullName, "out")) && folder.EnumerateFiles("*.csproj").Any());

    private static ExperimentOutputs Read(string root, DirectoryInfo folder)
    {
        var (output, metrics) = (Path.Combine(folder.FullName, "out"), MetricsOf(folder.FullName));
        return new(
            folder.FullName == root ? folder.Name : Slashed(Path.GetRelativePath(root, folder.FullName)),
            folder.FullName,
            File.Exists(metrics) ? Metrics.Read(metrics) : null,
            [.. Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(path => ExperimentFile.Recognize(path, Slashed(Path.GetRelativePath(output, path)))).OfType<ExperimentFile>()]);
    }

    private static string MetricsOf(string folder) => Path.Combine(folder, "out", Metrics.File);

    private static string Slashed(string path) => path.Replace(Path.DirectorySeparatorChar, '/');
}
