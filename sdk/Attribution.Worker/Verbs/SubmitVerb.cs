using System.CommandLine;
using Attribution.Diagnostics;
using Attribution.Worker.Slurm;
using Attribution.Worker.Stages;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution submit</c>: submits a build as a job of a Slurm cluster, or reports its progress. A build starts it; it prints JSON lines.</summary>
public static class SubmitVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var state = new Option<string>("--state") { Description = "The experiment's folder of notes.", Required = true };
        var command = new Argument<string[]>("command")
        { Description = "The command that builds the experiment; none to ask how far it is.", Arity = ArgumentArity.ZeroOrMore };
        var verb = new Command("submit", "Submits a build as a job, or says how far one is.") { state, command };
        verb.Hidden = true;
        verb.SetAction(parsed =>
        {
            var reporter = new Reporter(parsed.InvocationConfiguration.Output);
            try
            {
                Run(parsed.GetRequiredValue(state), parsed.GetValue(command) ?? [], reporter);
                return 0;
            }
            catch (AttributionException e)
            {
                reporter.Error(e);
                return 1;
            }
        });
        return verb;
    }

    private static void Run(string state, string[] command, Reporter reporter)
    {
        // No build was submitted before the first requests were written.
        if (SlurmBuild.Of(state) is not { } build)
            return;
        if (build.Standing() is { } standing)
        {
            reporter.Summary(standing);
            return;
        }
        if (command.Length == 0)
            return;
        if (build.Failure() is { } failure)
            reporter.Message(failure);
        var (job, next) = build.Submit(command);
        reporter.Summary($"submitted as job {job}; job {next} goes on if that is ended before its time. The same command tells how far it is, "
            + $"scancel --name={build.JobName} cancels it and its workers");
    }
}
