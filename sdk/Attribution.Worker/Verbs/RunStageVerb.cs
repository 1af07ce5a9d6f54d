using System.CommandLine;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Worker.GitHub;
using Attribution.Worker.Stages;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution run-stage</c>: runs one stage of an experiment for a build. Its output is JSON lines.</summary>
public static class RunStageVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var stage = new Argument<string>("stage") { Description = "The stage's name.", HelpName = "STAGE" };
        stage.AcceptOnlyFromAmong([.. StageList.Names]);
        var request = new Option<string>("--request") { Description = "The stage's request file, as the build writes it.", Required = true };
        var accept = new Option<bool>("--accept-snapshot") { Description = "Make the present metrics the snapshot." };
        var parent = new Option<bool>("--stop-with-stdin") { Description = "Stop when the standard input ends: whoever started this is gone." };
        var helper = new Option<bool>("--helper")
        {
            Description = "Compute what is free of a stage that another process runs, and leave the rest to that one.",
            Hidden = true
        };
        var verb = new Command("run-stage", "Runs one stage of an experiment from its request file, and reports in JSON lines.")
        {
            stage, request, accept, parent, helper,
        };
        verb.SetAction(async (parsed, cancellation) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (parsed.GetValue(parent))
                _ = Task.Run(() => StopWithInput(stop), CancellationToken.None);
            return await Task.Run(() => Run(
                parsed.GetRequiredValue(stage), parsed.GetRequiredValue(request), parsed.GetValue(accept), parsed.GetValue<bool>(VerbRunner.Verbose),
                    parsed.GetValue(helper),
                parsed.InvocationConfiguration.Output, stop.Token), CancellationToken.None);
        });
        return verb;
    }

    private static int Run(string name, string request, bool accept, bool verbose, bool isHelper, TextWriter output, CancellationToken cancellation)
    {
        using var reporter = new Reporter(output);
        try
        {
            EnvironmentFile.Load(skipped => reporter.Warning(skipped.Code, skipped.Message, skipped.File));
            using var context = new StageContext(RequestFile.Read(name, request), reporter)
            {
                AcceptSnapshot = accept,
                Cancellation = cancellation,
                IsHelper = isHelper,
                StartHelpers = isHelper ? null : environments => new Helpers(name, request, environments, reporter),
            };
            reporter.Show(context.Settings.State, name, isHelper);
            using var stage = StageList.Create(context);
            try
            {
                if (isHelper)
                    StageRunner.Help(stage, context, cancellation);
                else
                    StageRunner.Run(name, stage, context, cancellation);
            }
            finally
            {
                if (context.Settings is VerifySnapshotSettings snapshot)
                    SnapshotOnGitHub.Tell(snapshot, context);
                if (isHelper || context.Helpers is not null)
                    reporter.Detail($"computed {context.Store.ComputedCount} artifacts");
            }
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            reporter.Message($"{name} was stopped; what was finished is kept.");
            return VerbRunner.Stopped;
        }
        catch (AttributionException e)
        {
            reporter.Error(e);
        }
        catch (Exception e) when (VerbRunner.UserError(e) is { } error)
        {
            reporter.Error(error);
        }
        catch (Exception e)
        {
            reporter.Error(Shown.Unexpected(name, e, verbose
                ? "what follows tells where it happened" : "with a verbosity of detailed the build shows where it happened"));
            if (verbose)
                reporter.Detail(e.ToString());
        }
        return 1;
    }

    private static void StopWithInput(CancellationTokenSource stop)
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        while (input.Read(buffer) > 0)
        {
        }
        StopDeadline.Start();
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stage has already ended.
        }
    }
}
