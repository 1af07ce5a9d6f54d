using System.CommandLine;
using Attribution.Pipeline;
using Attribution.Worker.Stages;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution explain</c>: shows what a build of an experiment would do, and why.</summary>
public static class ExplainVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var requests = new Option<string>("--requests") { Description = "The folder of the stages' request files.", Required = true };
        var state = new Option<string?>("--state") { Description = "The folder of the last build's state; the folder of the requests unless given." };
        var verb = new Command("explain", "Says for each stage of an experiment whether it is up to date, in the store or to run, and "
            + "what differs. Changes nothing.") { requests, state };
        verb.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            new StageExplainer(parsed.GetRequiredValue(requests), parsed.GetValue(state) ?? parsed.GetRequiredValue(requests), output,
                new Reporter(TextWriter.Null)).Explain();
        });
        return verb;
    }
}
