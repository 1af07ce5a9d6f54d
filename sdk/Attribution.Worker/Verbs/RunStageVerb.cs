using System.CommandLine;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Worker.GitHub;
using Attribution.Worker.Slurm;
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
        var journal = new Option<string?>("--journal")
        {
            Description = "With --helper: the folder of journals, in which this process keeps one and so tells how it goes.",
            Hidden = true
        };
        var grace = new Option<int>("--grace") { Description = "With --journal: how many seconds before a time limit USR1 comes.", Hidden = true };
        var verb = new Command("run-stage", "Runs one stage of an experiment from its request file, and reports in JSON lines.")
        {
            stage, request, accept, parent, helper, journal, grace,
        };
        verb.SetAction(async (parsed, cancellation) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (parsed.GetValue(parent))
                _ = Task.Run(() => StopWithInput(stop), CancellationToken.None);
            using var reporter = new Reporter(parsed.InvocationConfiguration.Output);
            var (name, file, verbose) = (parsed.GetRequiredValue(stage), parsed.GetRequiredValue(request), parsed.GetValue<bool>(VerbRunner.Verbose));
            return await Task.Run(() =>
            {
                if (!parsed.GetValue(helper))
                    return Run(name, file, reporter, verbose, stop.Token, context => StageRunner.Run(name, context.Stage, context.Context, stop.Token),
                        acceptSnapshot: parsed.GetValue(accept));
                return parsed.GetValue(journal) is { } folder
                    ? Journaled(name, file, reporter, verbose, new WorkerJournal(folder, parsed.GetValue(grace), stop), stop.Token)
                    : Run(name, file, reporter, verbose, stop.Token, context => StageRunner.Help(context.Stage, context.Context, stop.Token), isHelper: true);
            }, CancellationToken.None);
        });
        return verb;
    }

    // Its errors are in the journal: for whoever reads it they are the stage's.
    private static int Journaled(string name, string request, Reporter reporter, bool verbose, WorkerJournal journal, CancellationToken cancellation)
    {
        using (journal)
        {
            reporter.Warned += journal.Warn;
            reporter.Failed += journal.Failed;
            var code = Run(name, request, reporter, verbose, cancellation, context =>
            {
                context.Context.Store.Units = journal;
                StageRunner.Help(context.Stage, context.Context, cancellation);
            }, isHelper: true);
            journal.End();
            return journal.IsTold ? 0 : journal.HasFailed ? 1 : code;
        }
    }

    private static int Run(string name, string request, Reporter reporter, bool verbose, CancellationToken cancellation,
        Action<(Stage Stage, StageContext Context)> run, bool isHelper = false, bool acceptSnapshot = false)
    {
        try
        {
            EnvironmentFile.Load(skipped => reporter.Warning(skipped.Code, skipped.Message, skipped.File));
            var settings = RequestFile.Read(name, request);
            var execution = StageRunner.ExecutionOf(settings);
            using IRemoteWorkers? workers = !isHelper && execution is { Executor: ExecutorNames.Slurm }
                ? new SlurmArray(name, request, settings, execution, reporter) : null;
            using var context = new StageContext(settings, reporter)
            {
                AcceptSnapshot = acceptSnapshot,
                Cancellation = cancellation,
                IsHelper = isHelper,
                RemoteWorkers = workers,
                StartHelpers = isHelper ? null : environments => new Helpers(name, request, environments, reporter, cancellation),
            };
            reporter.Show(context.Settings.State, name, isHelper);
            using var stage = StageList.Create(context);
            try
            {
                run((stage, context));
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
