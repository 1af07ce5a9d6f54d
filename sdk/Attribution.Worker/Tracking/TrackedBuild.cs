using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.FineTuning;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.TensorBoard;

namespace Attribution.Worker.Tracking;

/// <summary>What a tracker is told of a build.</summary>
/// <param name="Experiment">The experiment, by whose name the tracker keeps it.</param>
/// <param name="Command">The command that builds it.</param>
/// <param name="Created">When its results were there, in milliseconds since 1970.</param>
/// <param name="Runs">Its runs.</param>
internal sealed record TrackedBuild(string Experiment, string Command, long Created, IReadOnlyList<TrackedRun> Runs)
{
    /// <summary>The results as they lie under <c>out/</c>.</summary>
    /// <param name="settings">What Report was told.</param>
    /// <param name="created">When.</param>
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

    // The steps of each run's training, by the run's name; of context attribution there are none.
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

/// <summary>A run as a tracker knows it.</summary>
/// <param name="Name">Its name, as in <c>metrics.json</c>.</param>
/// <param name="Params">Its settings.</param>
/// <param name="Points">Its losses and metrics, each at a training step.</param>
internal sealed record TrackedRun(string Name, IReadOnlyDictionary<string, string> Params, IReadOnlyList<ScalarPoint> Points);
