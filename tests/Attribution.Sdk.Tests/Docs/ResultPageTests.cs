using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests.Docs;

/// <summary>The results that pages show are those of the snapshots, which a build of the experiments verifies.</summary>
public sealed partial class ResultPageTests
{
    [Fact]
    public void The_verdicts_of_the_quickstart()
    {
        var (runs, verdicts) = (Snapshot("quickstart"), Snapshot("quickstart", "verdicts").AsArray());
        var rows = Verdict().Matches(File.ReadAllText(Repository.File("README.md")));
        rows.Count.ShouldBe(5);
        foreach (Match row in rows)
        {
            var (eval, verdict) = (row.Groups[1].Value, verdicts.Single(v => (string?)v!["eval"] == row.Groups[1].Value)!);
            var leader = (string)verdict["leader"]!;
            leader.ShouldStartWith($"pool/{row.Groups[2]}/{eval}.{row.Groups[3]}");
            row.Groups[9].Value.TrimEnd().ShouldBe((string?)verdict["text"]);
            double?[] snapshot = [(double?)runs[leader]!["metrics"]!["precision_at_k"], (double?)verdict["before"], (double?)verdict["score"],
                (double?)verdict["score_sd"],
                (double?)verdict["random"]];
            foreach (var (i, value) in snapshot.Index())
                Number(row.Groups[4 + i].Value).ShouldBe(value.ShouldNotBeNull(), 0.0051, eval);
        }
    }

    [Fact]
    public void The_methods_of_the_context_quickstart()
    {
        var runs = Snapshot("context-quickstart");
        var rows = ContextMethod().Matches(File.ReadAllText(Repository.File("sdk/docs/context-attribution.md")));
        rows.Select(row => $"facts/{row.Groups[1]}").ShouldBe(runs.Select(run => run.Key).Where(key => key != "estimator"));
        string[] metrics = ["top1_accuracy", "lds", "top1_drop", "top3_drop", "top5_drop", "forward_passes"];
        foreach (Match row in rows)
            foreach (var (i, metric) in metrics.Index())
            {
                var (cell, values) = (Cell().Match(row.Groups[2].Captures[i].Value), runs[$"facts/{row.Groups[1]}"]!["metrics"]!);
                var because = $"{row.Groups[1]} {metric}: {row.Groups[2].Captures[i].Value}";
                Check(cell.Groups[1], metric, metric == "forward_passes" ? 0.051 : 0.00051);
                if (i < 2)
                {
                    Check(cell.Groups[2], $"{metric}_lower", 0.0051);
                    Check(cell.Groups[3], $"{metric}_upper", 0.0051);
                }

                void Check(Group shown, string name, double tolerance)
                {
                    if (values[name] is { } value)
                        Number(shown.Value).ShouldBe((double)value, tolerance, because);
                    else
                        shown.Value.ShouldBeEmpty(because);
                }
            }
    }

    private static JsonObject Snapshot(string experiment) => Snapshot(experiment, "runs").AsObject();

    private static JsonNode Snapshot(string experiment, string part) =>
        JsonNode.Parse(File.ReadAllText(Repository.File($"experiments/{experiment}/snapshots/metrics.verified.json")))![part]!;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // empathy   residual_diff x residual_diff   0.42   0.00 -> 1.27 ± 0.20   0.00   not told from the second
    [GeneratedRegex(@"^(\w+) +(\w+) x (\w+) +([\d.]+) +([\d.]+) -> ([\d.]+) ± ([\d.]+) +([\d.]+) +(\w[^\n]*)$", RegexOptions.Multiline)]
    private static partial Regex Verdict();

    // | `at2` | 0.951 [0.89, 1.00] | 0.699 [0.64, 0.75] | 4.256 | 4.190 | 4.014 | 1 |
    [GeneratedRegex(@"^\| `(\w+)` \|(?:([^|\n]*)\|){6}$", RegexOptions.Multiline)]
    private static partial Regex ContextMethod();

    [GeneratedRegex(@"^ (?:(-?[\d.]+)(?: \[(-?[\d.]+), (-?[\d.]+)\])? )?$")]
    private static partial Regex Cell();
}
