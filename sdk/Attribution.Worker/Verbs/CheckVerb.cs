using System.CommandLine;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Worker.Checks;
using Attribution.Worker.Stages;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution check</c>: prints, as JSON lines, what is wrong with an experiment as far as that is known without computing anything.</summary>
public static class CheckVerb
{
    /// <summary>Creates the verb. The exit code is 1 if anything is wrong.</summary>
    public static Command Create()
    {
        var requests = new Option<string>("--requests") { Description = "The folder of the stages' request files.", Required = true };
        var verb = new Command("check", "Says what is wrong with an experiment before anything is computed, in JSON lines.") { requests };
        verb.SetAction((parsed, cancellation) => Task.Run(() =>
            Check(parsed.GetRequiredValue(requests), new Reporter(parsed.InvocationConfiguration.Output), cancellation), CancellationToken.None));
        return verb;
    }

    private static int Check(string folder, Reporter reporter, CancellationToken cancellation)
    {
        try
        {
            EnvironmentFile.Load(skipped => reporter.Warning(skipped.Code, skipped.Message, skipped.File));
            var stages = StageList.Names.Select(name => (Name: name, File: Path.Combine(folder, $"{name}.request.json")))
                .Where(stage => File.Exists(stage.File)).Select(stage => RequestFile.Read(stage.Name, stage.File)).ToArray();
            var problems = ExperimentChecks.Run(stages, IsKnown, cancellation);
            foreach (var problem in problems)
                reporter.Error(problem);
            return problems.Count == 0 ? 0 : 1;
        }
        catch (Exception e) when (VerbRunner.UserError(e) is { } error)
        {
            reporter.Error(error);
            return 1;
        }

        bool IsKnown(string stage)
        {
            var explainer = new StageExplainer(folder, folder, TextWriter.Null, new Reporter(TextWriter.Null));
            explainer.Explain();
            return explainer.Knows(stage);
        }
    }
}
