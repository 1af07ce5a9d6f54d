using Attribution.Diagnostics;
using Attribution.Pipeline.Snapshots;

namespace Attribution.Worker.Comparison;

/// <summary>Metrics and their origin.</summary>
/// <param name="Name">The origin for display: a path, or a path and a revision.</param>
/// <param name="Metrics">The metrics.</param>
internal sealed record MetricsSource(string Name, Metrics Metrics)
{
    private const string Snapshots = "snapshots", Verified = "metrics.verified.json";

    /// <summary>The metrics of an experiment's last build.</summary>
    /// <param name="path">The experiment's folder, its project file, or a file of metrics.</param>
    /// <exception cref="AttributionException">ATTR1711: there is no such experiment, or it has no metrics yet. ATTR1702: the file is not a metrics
    /// file.</exception>
    public static MetricsSource Of(string path)
    {
        var file = File.Exists(path) && !IsProject(path) ? path : Path.Combine(PlaceOf(path).Folder, "out", Metrics.File);
        if (!File.Exists(file))
            throw new AttributionException(ErrorCodes.MetricsMissing,
                $"The experiment '{path}' has no metrics yet: there is no {Metrics.File} in its folder out. Build it "
                + $"first: dotnet build {path}")
            { File = file };
        return new(file, Metrics.Read(file));
    }

    /// <summary>The metrics in an experiment's snapshot at a revision of its git repository.</summary>
    /// <param name="path">The experiment's folder, its project file, or a file of metrics. That of a variant is compared with the variant's snapshot.</param>
    /// <param name="revision">Any name of a commit that git accepts: <c>HEAD</c>, <c>main~3</c>, a tag, a hash.</param>
    /// <exception cref="AttributionException">ATTR1712: git is not installed, or the folder is not in a repository. ATTR1713: there is no such revision.
    /// ATTR1714: it has no snapshot of the experiment.</exception>
    public static MetricsSource At(string path, string revision)
    {
        var (folder, variant) = PlaceOf(path);
        var snapshot = variant is null ? $"{Snapshots}/{Verified}" : $"{Snapshots}/{variant}/{Verified}";
        var commit = GitRevision.Find(folder, revision);
        var name = $"{Path.Combine(folder, snapshot)} at {revision} ({commit.Description})";
        return new(name, Metrics.Parse(commit.Read(snapshot), name));
    }

    private static (string Folder, string? Variant) PlaceOf(string path) =>
        Directory.Exists(path) ? (path, null)
        : File.Exists(path) && !IsProject(path) && OfOutputs(path) is { } experiment ? experiment
        : File.Exists(path) ? (Path.GetDirectoryName(Path.GetFullPath(path))!, null)
        : throw new AttributionException(ErrorCodes.MetricsMissing,
            $"There is no experiment '{path}'. Name the folder of one, such as experiments/quickstart.")
        { File = path };

    // X/out/metrics.json belongs to X, X/out/VARIANT/metrics.json to its variant.
    private static (string Folder, string? Variant)? OfOutputs(string file)
    {
        var below = Directory.GetParent(Path.GetFullPath(file))!;
        for (var at = below; at is not null; at = at.Parent)
            if (at.Name is "out" or Snapshots && at.Parent is { } experiment)
                return (experiment.FullName, at == below ? null : Path.GetRelativePath(at.FullName, below.FullName));
        return null;
    }

    private static bool IsProject(string path) => path.EndsWith("proj", StringComparison.Ordinal);
}
