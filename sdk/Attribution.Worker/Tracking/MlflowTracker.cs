using System.Globalization;
using System.Text.Json.Nodes;
using Attribution.Pipeline;
using Attribution.Pipeline.TensorBoard;

namespace Attribution.Worker.Tracking;

/// <summary>
/// Sends builds to MLflow: a run for the build, with the report, the metrics and the snapshot's result as artifacts, and below it a run for each of the
/// experiment's runs. What has arrived is noted, so that a build that was sent in part continues where it stopped.
/// </summary>
/// <param name="client">The server.</param>
/// <param name="reporter">Receives a message about files that the server cannot keep.</param>
internal sealed class MlflowTracker(MlflowClient client, StageReporter reporter)
{
    private const int MostMetrics = 900, MostParams = 100, LongestParam = 6000;

    private const string ParentKey = "build";

    /// <summary>The name of a build's run: the time of its results.</summary>
    public static string NameOf(TrackedBuild build) =>
        DateTimeOffset.FromUnixTimeMilliseconds(build.Created).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Sends a build. If what has arrived of it is no longer at the server, it is sent from the beginning.</summary>
    /// <exception cref="TrackingException">The server does not accept it; what has arrived is noted.</exception>
    public async Task SendAsync(TrackingSpool.SpooledBuild spooled, CancellationToken cancellation)
    {
        var experiment = await client.ExperimentAsync(spooled.Build.Experiment, cancellation).ConfigureAwait(false);
        if (Known(spooled, ParentKey) is { Id: var parent } && await client.IsGoneAsync(parent, cancellation).ConfigureAwait(false))
            spooled.Forget();
        var hadArrived = spooled.HasNotes;
        try
        {
            await SendAsync(spooled, experiment, cancellation).ConfigureAwait(false);
        }
        catch (TrackingException e) when (hadArrived && e.IsMissing)
        {
            spooled.Forget();
            await SendAsync(spooled, experiment, cancellation).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(TrackingSpool.SpooledBuild spooled, string experiment, CancellationToken cancellation)
    {
        var build = spooled.Build;
        var (parent, artifacts) = await RunAsync(spooled, experiment, ParentKey, NameOf(build), [], cancellation).ConfigureAwait(false);
        foreach (var file in spooled.Artifacts.Where(file => spooled.Sent($"file {Path.GetFileName(file)}") is null))
        {
            if (!await client.UploadAsync(artifacts, file, cancellation).ConfigureAwait(false))
            {
                reporter.Message($"MLflow keeps artifacts at {Shown.Of(artifacts.Split(':')[0])}, not behind its own proxy: the report is not kept there.");
                break;
            }
            spooled.Note($"file {Path.GetFileName(file)}", "sent");
        }
        foreach (var run in build.Runs.Where(run => spooled.Sent($"done {run.Name}") is null))
        {
            cancellation.ThrowIfCancellationRequested();
            await SendAsync(spooled, experiment, parent, run, cancellation).ConfigureAwait(false);
            spooled.Note($"done {run.Name}", "sent");
        }
        await client.FinishRunAsync(parent, build.Created, cancellation).ConfigureAwait(false);
        spooled.Done();
    }

    private async Task SendAsync(TrackingSpool.SpooledBuild spooled, string experiment, string parent, TrackedRun run, CancellationToken cancellation)
    {
        var created = spooled.Build.Created;
        var (id, _) = await RunAsync(spooled, experiment, $"run {run.Name}", run.Name, [("mlflow.parentRunId", parent)], cancellation).ConfigureAwait(false);
        // MLflow identifies a point by name, step, time and value, so that a point that is sent twice counts once.
        var metrics = run.Points.Select(point => Metric(point, created)).Chunk(MostMetrics).ToArray();
        var parameters = run.Params.Select(p => (p.Key, p.Value.Length > LongestParam ? p.Value[..LongestParam] : p.Value)).Chunk(MostParams).ToArray();
        for (var batch = 0; batch < Math.Max(metrics.Length, parameters.Length); batch++)
            await client.LogBatchAsync(id, metrics.ElementAtOrDefault(batch) ?? [], parameters.ElementAtOrDefault(batch) ?? [], cancellation)
                .ConfigureAwait(false);
        await client.FinishRunAsync(id, created, cancellation).ConfigureAwait(false);
    }

    private static (string Id, string Artifacts)? Known(TrackingSpool.SpooledBuild spooled, string key) =>
        spooled.Sent(key)?.Split(' ', 2) is [var id, var artifacts] ? (id, artifacts) : null;

    private async Task<(string Id, string Artifacts)> RunAsync(TrackingSpool.SpooledBuild spooled, string experiment, string key, string name,
        (string, string)[] tags, CancellationToken cancellation)
    {
        if (Known(spooled, key) is { } known)
            return known;
        var (id, artifacts) = await client.CreateRunAsync(experiment, name, spooled.Build.Created,
            [("mlflow.source.name", spooled.Build.Command), .. tags], cancellation).ConfigureAwait(false);
        spooled.Note(key, $"{id} {artifacts}");
        return (id, artifacts);
    }

    private static JsonNode Metric(ScalarPoint point, long time) => new JsonObject
    {
        ["key"] = point.Tag,
        ["value"] = point.Value,
        ["timestamp"] = time,
        ["step"] = point.Step,
    };
}
