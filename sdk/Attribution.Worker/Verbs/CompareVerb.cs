using System.CommandLine;
using Attribution.Worker.Comparison;

namespace Attribution.Worker.Verbs;

/// <summary><c>attribution compare</c>: shows the metrics of two experiments, or of one and its snapshot in git, side by side.</summary>
public static class CompareVerb
{
    /// <summary>Creates the verb.</summary>
    public static Command Create()
    {
        var experiments = new Argument<string[]>("experiments")
        {
            Description = "Two experiments, or one and --against: their folders, project "
            + "files or files of metrics.",
            Arity = new(1, 2)
        };
        var against = new Option<string?>("--against")
        {
            Description = "Compare with the snapshot that is committed in this git revision: "
            + "HEAD, main~3, a tag, a hash.",
            HelpName = "REVISION"
        };
        var all = new Option<bool>("--all") { Description = "Show every metric, not only the most important ones." };
        var json = new Option<bool>("--json") { Description = "Print JSON, with every metric, instead of a table." };
        var verb = new Command("compare", "Shows the metrics of two experiments, or of one and its committed snapshot, side by side.") { experiments, against,
            all, json };
        verb.Validators.Add(parsed =>
        {
            var count = parsed.GetValue(experiments)?.Length ?? 0;
            if (count == 1 && parsed.GetValue(against) is null)
                parsed.AddError("Name a second experiment to compare with, or a git revision with --against.");
            else if (count == 2 && parsed.GetValue(against) is not null)
                parsed.AddError("--against compares one experiment with its own past; name one experiment.");
        });
        verb.SetAction(parsed =>
        {
            var named = parsed.GetRequiredValue(experiments);
            // The past is on the left, so that the current result is on the right, as a second experiment's would be.
            var comparison = parsed.GetValue(against) is { } revision
                ? MetricsComparison.Of(MetricsSource.At(named[0], revision), MetricsSource.Of(named[0]))
                : MetricsComparison.Of(MetricsSource.Of(named[0]), MetricsSource.Of(named[1]));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(ComparisonReport.ToJson(comparison));
            else
                ComparisonReport.WriteTable(comparison, StoreTables.ConsoleOn(output), parsed.GetValue(all));
        });
        return verb;
    }
}
