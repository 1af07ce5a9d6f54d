using System.CommandLine;
using Attribution.Diagnostics;
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
            var (folder, output) = (parsed.GetRequiredValue(requests), parsed.InvocationConfiguration.Output);
            if (!StageList.Names.Any(stage => File.Exists(Path.Combine(folder, $"{stage}.request.json"))))
                throw new AttributionException(ErrorCodes.RequestInvalid, $"'{folder}' holds no requests of stages; a build writes them to obj/attribution.")
                { File = folder, Property = requests.Name };
            new StageExplainer(folder, parsed.GetValue(state) ?? folder, output, new Reporter(TextWriter.Null)).Explain();
        });
        return verb;
    }
}
