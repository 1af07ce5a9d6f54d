using System.Text.Json.Nodes;
using Attribution.Data.Store;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;

namespace Attribution.Reporting.Reading;

/// <summary>Reads the results and inputs of the stages, and when they ran.</summary>
internal sealed class StageReader(StageContext context, StageRequests requests)
{
    private IReadOnlyList<string> Names => context.Settings.Upstream;

    /// <summary>The stages, ending with the report itself.</summary>
    public IReadOnlyList<ReportedStage> Stages() =>
    [
        .. Names.Select(name =>
        {
            var results = Results(name).DistinctBy(j => j.Artifact).ToArray();
            return new ReportedStage(name, requests.Of(name)["upstream"] is JsonArray upstream ? [.. upstream.Select(u => (string)u!)] : [], results.Length,
                results.Sum(r => r.Outputs.Sum(o => o.Bytes)));
        }),
        // It reads all stages; a line from each would hide the other lines.
        new(ReportStage.Name, [.. Names.TakeLast(1)], 0, 0),
    ];

    /// <summary>The last run of each stage, and whether it ran after the last report.</summary>
    public BuildFacts Build(DateTime now)
    {
        var before = context.State.Summary(ReportStage.Name)?.Ended;
        return new(new DateTime(now.Ticks - now.Ticks % TimeSpan.TicksPerSecond, DateTimeKind.Utc),
            Names.Select(name => (name, Summary: context.State.Summary(name))).Where(s => s.Summary is not null).ToDictionary(s => s.name, s =>
            new StageTiming(before is null || s.Summary!.Ended is null || s.Summary.Ended > before, s.Summary!.Ended, Math.Round(s.Summary.Seconds, 2),
                s.Summary.Jobs, s.Summary.Ran, s.Summary.Blocks, s.Summary.BlocksRan)));
    }

    /// <summary>The input files, the code, and the models and packages that took part.</summary>
    public Provenance Provenance()
    {
        var store = Path.GetFullPath(context.Settings.Store) + Path.DirectorySeparatorChar;
        var requests = Names.SelectMany(name => context.State.LastRuns(name).Select(run => (Stage: name, Run: run))).ToArray();
        var inputs = requests.SelectMany(r => r.Run.Inputs.Select(input => (r.Stage, Path: Path.GetFullPath(input.Path), input.Hash)))
            .Where(i => !i.Path.StartsWith(store, StringComparison.Ordinal))
            .GroupBy(i => (i.Path, i.Hash))
            .Select(g => new InputHash(Shown(g.Key.Path), g.Key.Hash.ToString(), File.Exists(g.Key.Path) ? new FileInfo(g.Key.Path).Length : null,
                [.. g.Select(i => i.Stage).Distinct()]))
            .OrderBy(i => i.Path, StringComparer.Ordinal).ThenBy(i => i.Sha256, StringComparer.Ordinal);
        var manifests = Names.SelectMany(Results).DistinctBy(j => j.Artifact).Select(Manifest).OfType<Manifest>().ToArray();
        return new(
            [.. inputs],
            manifests.SelectMany(m => m.Versions).Distinct().GroupBy(v => v.Key, v => v.Value).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g =>
                g.Key, g => string.Join(", ", g.Order(StringComparer.Ordinal))),
            [.. manifests.Select(m => m.Device).Where(d => d.Length > 0).Distinct().Order(StringComparer.Ordinal)],
            [.. requests.Select(r => (string?)r.Run.Request["library"]).OfType<string>().Distinct().Order(StringComparer.Ordinal)]);
    }

    // A comparison that has always failed has left no result.
    private IReadOnlyList<JobResult> Results(string stage) => File.Exists(context.State.ResultFile(stage)) ? context.Upstream(stage).Jobs : [];

    private Manifest? Manifest(JobResult job)
    {
        try
        {
            var (stage, fingerprint) = (Path.GetDirectoryName(job.Artifact)!, ContentHash.Parse(Path.GetFileName(job.Artifact)));
            return new Artifact(stage, fingerprint, Path.Combine(context.Settings.Store, job.Artifact), job.Outputs, false).ReadManifest();
        }
        catch (Diagnostics.AttributionException)
        {
            // The stage that wrote it repairs it; the results are unchanged.
            return null;
        }
    }

    // The report leaves out where this machine keeps a file.
    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return (relative.StartsWith("..", StringComparison.Ordinal)
            ? Path.Combine(Path.GetFileName(Path.GetDirectoryName(path)!), Path.GetFileName(path)) : relative).Replace('\\', '/');
    }
}
