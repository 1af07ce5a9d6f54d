using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.FineTuning;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.TensorBoard;

namespace Attribution.Worker.Tracking;

/// <summary>The data of a build that a tracker receives.</summary>
/// <param name="Experiment">The name of the experiment, also in the tracker.</param>
/// <param name="Command">The command that builds it.</param>
/// <param name="Created">The time of the results, in milliseconds since 1970.</param>
/// <param name="Runs">The runs of the build.</param>
internal sealed record TrackedBuild(string Experiment, string Command, long Created, IReadOnlyList<TrackedRun> Runs)
{
    /// <summary>Reads the results under <c>out/</c>.</summary>
    /// <param name="settings">The settings of the Report stage.</param>
    /// <param name="created">The time of the results.</param>
    /// <exception cref="Diagnostics.AttributionException">ATTR1702: the metrics cannot be read.</exception>
    public static TrackedBuild Of(ReportSettings settings, DateTimeOffset created)
    {
        var metrics = Metrics.Read(Path.Combine(settings.Out, Metrics.File));
        var steps = Steps(settings);
        return new(settings.Experiment, settings.Command, created.ToUnixTimeMilliseconds(), [.. metrics.Runs.Select(run => new TrackedRun(run.Key,
            run.Value.Settings.Where(s => s.Value is not null).ToDictionary(s => s.Key, s => Text(s.Value!)),
            [.. RunCurves.Of(run.Value, steps.GetValueOrDefault(run.Key) ?? []).Where(point =>
                double.IsFinite(point.Value) && !point.Tag.StartsWith(RunCurves.SettingTag, StringComparison.Ordinal))]))]);
    }

    // The training steps of each run, by the run's name; context attribution has none.
    private static Dictionary<string, TrainingStep[]> Steps(ReportSettings settings)
    {
        var file = new StateFolder(settings.State).ResultFile(FineTuneStage.Name);
        return !File.Exists(file) ? [] : StageResult.Read(file, FineTuneStage.Name).Jobs
            .Select(job => (job.Key.RunFolder, File: Path.Combine(settings.Store, job.Artifact, FineTuneStage.LossFile)))
            .Where(job => File.Exists(job.File)).DistinctBy(job => job.RunFolder)
            .ToDictionary(job => job.RunFolder, job => Readable.ReadLines<TrainingStep>(job.File).ToArray());
    }

    private static string Text(JsonNode value) => value is JsonValue text && text.TryGetValue<string>(out var plain) ? plain : value.ToJsonString();
}

/// <summary>A run in a tracker.</summary>
/// <param name="Name">The name of the run, as in <c>metrics.json</c>.</param>
/// <param name="Params">The settings of the run.</param>
/// <param name="Points">The losses and metrics, each at a training step.</param>
internal sealed record TrackedRun(string Name, IReadOnlyDictionary<string, string> Params, IReadOnlyList<ScalarPoint> Points);
