using Attribution.Contracts;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using Attribution.Reporting;
using Attribution.Reporting.Watch;

namespace Attribution.Worker.Watching;

/// <summary>The state of a running build, read from the files that it writes. The build is neither changed nor slowed down.</summary>
/// <param name="folder">The experiment's folder.</param>
/// <param name="variant">The variant; null for the experiment without one.</param>
internal sealed class WatchedBuild(string folder, string? variant)
{
    private const int MostMessages = 20, MostRuns = 6, MostPoints = 400;

    private readonly string _state = Path.Combine([folder, "obj", "attribution", .. variant is null ? Array.Empty<string>() : [variant]]);

    /// <summary>The folder of the build's state.</summary>
    public string State => _state;

    /// <summary>Whether a build of the experiment is running: it keeps a file locked, and the system unlocks the file when the build dies.</summary>
    public bool IsBuilding
    {
        get
        {
            try
            {
                using var probe = new FileStream(Path.Combine(_state, "build.lock"), FileMode.Open, FileAccess.Read, FileShare.Read, 1);
                return false;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return true;
            }
        }
    }

    /// <summary>Reads the present state.</summary>
    public BuildState Read()
    {
        var isBuilding = IsBuilding;
        var since = Written(Path.Combine(_state, "build.owner"));
        var stages = StageList.Names.Where(name => File.Exists(Path.Combine(_state, $"{name}.request.json"))).Select(name => Stage(name, since, isBuilding))
            .ToArray();
        // A stage that did not run, before a stage that this build has begun, had nothing to do.
        var last = Array.FindLastIndex(stages, stage => stage.Status is not BuildState.Waiting);
        stages = [.. stages.Select((stage, i) => stage.Status == BuildState.Waiting && (i < last || !isBuilding)
            ? stage with { Status = BuildState.UpToDate } : stage)];
        var lines = Files(since).SelectMany(file => file.Lines.Select(line => (file.Stage, Line: line))).OrderBy(l => l.Line.At).ToArray();
        return new BuildState(Path.GetFileName(Path.GetFullPath(folder)), variant, isBuilding, since, stages,
            [.. lines.Where(l => l.Line is { Kind: LiveLine.OfTraining, Step: not null, Value: not null, Measure: not null })
                // JSON has no numbers such as those of a training that diverged.
                .Where(l => double.IsFinite(l.Line.Value!.Value)).GroupBy(l => l.Line.Measure!)
                .SelectMany(measure => measure.GroupBy(l => (l.Stage, l.Line.Text)).TakeLast(MostRuns)
                .Select(run => new LiveCurve(run.Key.Stage, measure.Key, run.Key.Text ?? "",
                    [.. run.TakeLast(MostPoints).Select(l => new LivePoint(l.Line.Step!.Value, l.Line.Value!.Value))])))],
            [.. lines.Where(l => l.Line.Kind is "warning" or "error" or "message").TakeLast(MostMessages).Select(l => $"{l.Stage}: {l.Line.Text}")]);
    }

    private LiveStage Stage(string name, DateTime since, bool isBuilding)
    {
        var lines = LiveFile.Read(Path.Combine(_state, LiveFile.FolderName, $"{name}.jsonl"));
        if (lines.Count == 0 || lines[0].At < since)
            return new LiveStage(name, BuildState.Waiting, null, null);
        var isEnded = lines[^1].Kind == LiveLine.Ended;
        var said = lines.LastOrDefault(line => line.Kind is "summary") ?? (isEnded ? null : lines.LastOrDefault(line => line.Kind is "progress"));
        var failed = lines.Any(line => line.Kind == "error") || (isEnded && said is null) || (!isEnded && !isBuilding);
        var status = failed ? BuildState.Failed : isEnded ? BuildState.Done : BuildState.Running;
        var until = isEnded ? lines[^1].At : isBuilding ? DateTime.UtcNow : lines[^1].At;
        return new LiveStage(name, status, said?.Text ?? lines.LastOrDefault(line => line.Kind == "error")?.Text, (until - lines[0].At).TotalSeconds);
    }

    private IEnumerable<(string Stage, IReadOnlyList<LiveLine> Lines)> Files(DateTime since)
    {
        var live = Path.Combine(_state, LiveFile.FolderName);
        return Directory.Exists(live) ? [.. Directory.EnumerateFiles(live, "*.jsonl").Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file).Split('.')[0], LiveFile.Read(file))).Where(file => file.Item2.Count > 0 && file.Item2[0].At >= since)] : [];
    }

    // The time of the file is about that of the build's start. One second is subtracted because another disk may have another clock.
    private static DateTime Written(string file) => File.Exists(file) ? File.GetLastWriteTimeUtc(file).AddSeconds(-1) : DateTime.MinValue;
}
