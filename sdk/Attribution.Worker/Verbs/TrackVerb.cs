using System.CommandLine;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;
using Attribution.Pipeline.Snapshots;
using Attribution.Worker.Stages;
using Attribution.Worker.Tracking;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution track</c>: sends an experiment's results to a tracker, with any earlier results that have not arrived.</summary>
public static class TrackVerb
{
    /// <summary>Creates the verb. The exit code is 0 whatever the tracker answers: the results are valid without it.</summary>
    public static Command Create()
    {
        var requests = new Option<string>("--requests") { Description = "The folder of the stages' request files.", Required = true };
        var verb = new Command("track", "Tells MLflow of an experiment's results, and of those before that have not arrived. Says how it goes in JSON lines.")
        {
            requests,
        };
        verb.SetAction(async (parsed, cancellation) =>
        {
            var reporter = new Reporter(parsed.InvocationConfiguration.Output);
            try
            {
                EnvironmentFile.Load(skipped => reporter.Warning(skipped.Code, skipped.Message, skipped.File));
                var settings = RequestFile.Read<ReportSettings>(Path.Combine(parsed.GetRequiredValue(requests), $"{StageNames.Report}.request.json"));
                await TrackAsync(settings, reporter, cancellation).ConfigureAwait(false);
                return 0;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return VerbRunner.Stopped;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A failure here does not affect the results.
                var why = VerbRunner.UserError(e)?.Message ?? (e is IOException or UnauthorizedAccessException ? e.Message : e.GetType().Name);
                reporter.Warning(ErrorCodes.TrackerUnreachable, $"MLflow was not told of this build: {why}");
                return 0;
            }
        });
        return verb;
    }

    private static async Task TrackAsync(ReportSettings settings, Reporter reporter, CancellationToken cancellation)
    {
        var spool = new TrackingSpool(settings.State);
        spool.Add(settings, SnapshotVerdictFile.TryRead(new StateFolder(settings.State)), DateTimeOffset.UtcNow);
        var waiting = spool.Waiting();
        if (waiting.Count == 0)
        {
            reporter.Summary("nothing new");
            return;
        }
        var sent = 0;
        var refused = new List<(string Name, string Why)>();
        TrackingException? stopped = null;
        try
        {
            using var client = MlflowClient.FromEnvironment();
            var tracker = new MlflowTracker(client, reporter);
            foreach (var build in waiting)
                try
                {
                    reporter.Progress(() => $"{sent} of {waiting.Count} builds");
                    await tracker.SendAsync(build, cancellation).ConfigureAwait(false);
                    sent++;
                }
                catch (TrackingException e) when (e.IsOfThisBuild)
                {
                    // It may accept the next one.
                    refused.Add((MlflowTracker.NameOf(build.Build), e.Message));
                }
        }
        catch (TrackingException e)
        {
            stopped = e;
        }
        var left = waiting.Count - sent;
        if (refused.Count > 0)
            Warn($"{(refused.Count == 1 ? "the build" : "the builds")} of {string.Join(", ", refused.Select(build => build.Name))}", refused[^1].Why);
        if (stopped is not null)
            Warn(left - refused.Count is var rest && rest == 1 ? "this build" : $"{rest} builds", stopped.Message);
        reporter.Summary(string.Join("; ", ((string[])[
            sent > 0 ? $"told MLflow of {(sent == 1 ? "1 build" : $"{sent} builds")}" : "",
            left > 0 ? $"{(left == 1 ? "1 build waits" : $"{left} builds wait")} for MLflow" : ""]).Where(part => part.Length > 0)));

        void Warn(string builds, string why) => reporter.Warning(ErrorCodes.TrackerUnreachable,
            $"MLflow was not told of {builds}: {why}. What it lacks is kept, and sent with the next build.");
    }
}
