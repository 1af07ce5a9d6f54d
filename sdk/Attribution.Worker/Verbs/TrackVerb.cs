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
        var sent = 0;
        try
        {
            if (waiting.Count == 0)
            {
                reporter.Summary("nothing new");
                return;
            }
            using var client = MlflowClient.FromEnvironment();
            var tracker = new MlflowTracker(client, reporter);
            foreach (var build in waiting)
            {
                reporter.Progress(() => $"{sent} of {waiting.Count} builds");
                await tracker.SendAsync(build, cancellation).ConfigureAwait(false);
                sent++;
            }
            reporter.Summary($"told MLflow of {(sent == 1 ? "1 build" : $"{sent} builds")}");
        }
        catch (TrackingException e)
        {
            var left = waiting.Count - sent;
            reporter.Warning(ErrorCodes.TrackerUnreachable, $"MLflow was not told of {(left == 1 ? "this build" : $"{left} builds")}: {e.Message}. "
                + "What it lacks is kept, and sent with the next build.");
            reporter.Summary($"{(left == 1 ? "1 build waits" : $"{left} builds wait")} for MLflow");
        }
    }
}
