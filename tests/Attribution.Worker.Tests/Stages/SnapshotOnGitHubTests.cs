using System.Text.Json.Nodes;
using Attribution.Pipeline.Snapshots;
using Attribution.Worker.GitHub;

namespace Attribution.Worker.Tests.Stages;

/// <summary>A snapshot in a workflow of GitHub Actions.</summary>
public sealed class SnapshotOnGitHubTests
{
    [Fact]
    public void Names_from_elsewhere_begin_nothing_in_the_summary()
    {
        var summary = SnapshotOnGitHub.Summary("a|b\n# c", new(SnapshotVerdict.Differs, 1,
        [
            new("a\\|b", "<img src=x>", "[l](javascript:1)", "`*_~x\n| y |", 0.5),
            new("\u001b[2J::error::x", "@all https://x", "-1", "1.5", null),
        ])
        { Message = "1. <b> & ##[x" });
        var lines = summary.Split('\n');
        lines[0].ShouldBe("### a\\|b \\# c: 2 differences from the snapshot");
        lines[2].ShouldBe("1\\. \\<b\\> \\& \\#\\\\u0023\\[x");
        lines[6].ShouldBe("| a\\\\\\|b | \\<img src=x\\> | \\[l\\]\\(javascript\\:1\\) | \\`\\*\\_\\~x \\| y \\| | 0.5 |");
        lines[7].ShouldBe("| \\\\u001b\\[2J\\:\\:error\\:\\:x | \\@all https\\://x | \\-1 | 1.5 |  |");
        lines.Length.ShouldBe(10);
    }

    private const string Run = "pool/residual_change_treatment/lazy.residual_diff.layer1";

    [Fact]
    public async Task A_difference_is_an_annotation_at_its_line_and_a_row_of_the_jobs_summary()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        var verified = Path.Combine(experiment.Snapshots, "metrics.verified.json");
        (await experiment.RunStageAsync("VerifySnapshot", "--accept-snapshot")).Code.ShouldBe(0);
        const string metric = "eval_loss_treatment";
        var lines = File.ReadAllLines(verified);
        var line = Array.FindIndex(lines, Array.FindIndex(lines, l => l.Contains($"\"{Run}\"")), l => l.Contains($"\"{metric}\""));
        var got = JsonNode.Parse(File.ReadAllText(verified))!["runs"]![Run]!["metrics"]![metric]!.GetValue<double>();
        lines[line] = $"\"{metric}\": 77,";
        File.WriteAllLines(verified, lines);

        var summary = Path.Combine(experiment.State, "summary.md");
        File.WriteAllText(summary, "Before\n");
        var workspace = Path.GetDirectoryName(experiment.Snapshots)!;
        var (code, said) = Told();
        code.ShouldBe(1);
        var annotation = said.Single(l => l.Kind == "annotation" && l.Text.StartsWith("::error ", StringComparison.Ordinal)).Text;
        annotation.ShouldBe($"::error file={Path.GetFileName(experiment.Snapshots)}/metrics.verified.json,line={line + 1},title=Snapshot differs::"
            + FormattableString.Invariant($"{metric} of {Run}: expected 77, got {got}, tolerance 0.77"));
        File.ReadAllText(summary).ShouldBe(FormattableString.Invariant($"""
            Before
            ### test: 1 difference from the snapshot

            | run | metric | expected | got | tolerance |
            |---|---|--:|--:|--:|
            | {Run} | {metric} | 77 | {got} | 0.77 |


            """));

        (await experiment.RunStageAsync("VerifySnapshot", "--accept-snapshot")).Code.ShouldBe(0);
        File.Delete(summary);
        (Told()).Code.ShouldBe(0);
        File.ReadAllText(summary).ShouldEndWith("metrics equal the snapshot\n\n");

        // Without a workflow nobody is told.
        (await experiment.RunStageAsync("VerifySnapshot")).Lines.ShouldNotContain(l => l.Kind == "annotation");

        (int Code, IReadOnlyList<WorkerLine> Lines) Told()
        {
            var (ended, output, _) = CommandLine.Run(
                new Dictionary<string, string?> { ["GITHUB_ACTIONS"] = "true", ["GITHUB_STEP_SUMMARY"] = summary, ["GITHUB_WORKSPACE"] = workspace },
                "run-stage", "VerifySnapshot", "--request", experiment.RequestFile("VerifySnapshot"));
            return (ended, WorkerLine.Parse(output));
        }
    }
}
