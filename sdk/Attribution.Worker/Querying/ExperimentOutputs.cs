using Attribution.Pipeline.Snapshots;

namespace Attribution.Worker.Querying;

/// <summary>The outputs of an experiment under <c>out/</c>.</summary>
/// <param name="Name">The experiment's folder, relative to the folder that was searched.</param>
/// <param name="Folder">The experiment's folder as an absolute path.</param>
/// <param name="Variant">The variant of the outputs; null for the experiment without a variant.</param>
/// <param name="Metrics">The metrics; null if the last build did not compute them.</param>
/// <param name="Files">The files.</param>
internal sealed record ExperimentOutputs(string Name, string Folder, string? Variant, Metrics? Metrics, IReadOnlyList<ExperimentFile> Files)
{
    private const int DeepestExperiment = 6;

    private static readonly string[] NoExperiments = ["bin", "obj", "out", "artifacts", "node_modules"];

    /// <summary>The experiments with outputs in or below a folder, by name.</summary>
    /// <exception cref="Diagnostics.AttributionException">ATTR1702: a metrics file is malformed.</exception>
    public static IEnumerable<ExperimentOutputs> Below(string root)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        return Folders(new DirectoryInfo(root), DeepestExperiment).Where(IsBuilt).OrderBy(f => f.FullName, StringComparer.Ordinal).SelectMany(folder =>
            Read(root, folder));
    }

    private static IEnumerable<DirectoryInfo> Folders(DirectoryInfo folder, int depth) => depth == 0 ? [folder] :
        folder.EnumerateDirectories().Where(f => f.LinkTarget is null && f.Name[0] != '.' && !NoExperiments.Contains(f.Name)).SelectMany(f =>
            Folders(f, depth - 1)).Prepend(folder);

    private static bool IsBuilt(DirectoryInfo folder) =>
        File.Exists(MetricsOf(folder.FullName)) || (Directory.Exists(Path.Combine(folder.FullName, "out")) && folder.EnumerateFiles("*.csproj").Any());

    // The outputs of the experiment without a variant, unless there are only variants, whose folders lie among them.
    private static IEnumerable<ExperimentOutputs> Read(string root, DirectoryInfo folder)
    {
        var output = Path.Combine(folder.FullName, "out");
        string[] variants = [.. Directory.EnumerateDirectories(output).Where(path =>
            File.Exists(Path.Combine(path, Metrics.File))).Order(StringComparer.Ordinal)];
        var own = Read(root, folder, output, null, variants);
        if (variants.Length == 0 || own.Metrics is not null || own.Files.Count > 0)
            yield return own;
        foreach (var variant in variants)
            yield return Read(root, folder, variant, Path.GetFileName(variant), []);
    }

    private static ExperimentOutputs Read(string root, DirectoryInfo folder, string output, string? variant, string[] others)
    {
        var metrics = Path.Combine(output, Metrics.File);
        return new(
            folder.FullName == root ? folder.Name : Slashed(Path.GetRelativePath(root, folder.FullName)),
            folder.FullName,
            variant,
            File.Exists(metrics) ? Metrics.Read(metrics) : null,
            [.. Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Where(path =>
                !others.Any(other => path.StartsWith(other + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal)
                .Select(path => ExperimentFile.Recognize(path, Slashed(Path.GetRelativePath(output, path)))).OfType<ExperimentFile>()]);
    }

    private static string MetricsOf(string folder) => Path.Combine(folder, "out", Metrics.File);

    private static string Slashed(string path) => path.Replace(Path.DirectorySeparatorChar, '/');
}
