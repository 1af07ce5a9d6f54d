using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Stages;

/// <summary>The report of an experiment that ran.</summary>
public sealed class ReportStageTests
{
    private const string Run = "pool/residual_change_treatment/lazy.residual_diff.layer1";

    [Fact]
    public async Task The_report_has_of_every_run_what_its_files_have()
    {
        using var experiment = new TestExperiment { TrainMethods = ["residual_change_treatment", "residual_treatment"] }.WithData(80);
        await experiment.RunAsync();
        File.ReadAllText(Path.Combine(experiment.Out, "report.html")).ShouldContain("no snapshot");

        var runs = Report(experiment, "runs").AsArray();
        var names = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!["runs"]!.AsObject().Select(r => r.Key);
        runs.Select(r => (string)r!["name"]!).ShouldBe(names);
        var run = runs.Single(r => (string)r!["name"]! == Run)!;
        var selected = File.ReadLines(Path.Combine(experiment.Out, Run, "selected_train_data.jsonl")).Select(line => JsonNode.Parse(line)!).ToArray();
        run["top"]!.AsArray().Take(8).Select(r => (long)r!["row"]!).ShouldBe(selected.Select(s => (long)s["idx"]!));
        run["top"]!.AsArray().Count.ShouldBe(50);
        ((int)run["bottom"]![0]!["rank"]!).ShouldBe(80);
        ((double)run["scores"]!["cut"]!).ShouldBe((double)selected[^1]["score"]!, 1e-6);
        run["scores"]!["counts"]!.AsArray().Sum(n => (int)n!).ShouldBe(80);
        run["scores"]!["planted"]!.AsArray().Sum(n => (int)n!).ShouldBe(16);
        run["loss"]!.AsArray().Count.ShouldBe(File.ReadLines(Path.Combine(experiment.Out, Run, "selected_data/loss.jsonl")).Count());
        run["answers"]!.AsArray().Count.ShouldBe(6);
        run["repeat_means"]!.AsArray().Average(m => (double)m!).ShouldBe((double)run["metrics"]!["judged_mean"]!, 1e-9);

        // A row's rank under the other method is its place there.
        var other = runs[(int)run["others"]![0]!]!;
        foreach (var row in run["top"]!.AsArray())
            if (other["top"]!.AsArray().FirstOrDefault(r => (long)r!["row"]! == (long)row!["row"]!) is { } there)
                ((int)row!["others"]![0]!).ShouldBe((int)there["rank"]!);

        var agreement = Report(experiment, "agreement")[0]!;
        agreement["runs"]!.AsArray().Count.ShouldBe(3);
        var both = Chosen(experiment, Run).Intersect(Chosen(experiment, (string)other["name"]!)).Count();
        ((double)agreement["overlap"]![0]![1]!).ShouldBe(both / 8.0);
        var rows = Report(experiment, "rows")["pool"]!;
        rows[$"{selected[0]["idx"]}"]!["messages"]!.AsArray().Select(m =>
            (string)m!["content"]!).ShouldBe(selected[0]["messages"]!.AsArray().Select(m => (string)m!["content"]!));

        var inputs = Report(experiment, "provenance")["inputs"]!.AsArray();
        var pool = inputs.Single(i => ((string)i!["path"]!).EndsWith("pool.jsonl", StringComparison.Ordinal))!;
        ((string)pool["sha256"]!).ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(experiment.Train))));
        Directory.EnumerateFiles(experiment.Out, "report*", SearchOption.AllDirectories).ShouldAllBe(f =>
            !File.ReadAllText(f).Contains(experiment.Root, StringComparison.Ordinal), "where this machine keeps things is no part of a report");
    }

    [Fact]
    public async Task A_report_made_again_differs_in_its_time_alone_and_says_that_nothing_ran()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        var before = experiment.Outputs();
        Report(experiment, "build")["stages"]!.AsObject().ShouldAllBe(s => (bool)s.Value!["is_new"]!);
        await experiment.RunAsync("Report");
        experiment.Outputs().Where(o => before[o.Key] != o.Value).Select(o => o.Key).ShouldBeSubsetOf(["report.html", "report/build.json"]);
        Report(experiment, "build")["stages"]!.AsObject().ShouldAllBe(s => !(bool)s.Value!["is_new"]!);
    }

    [Fact]
    public async Task A_report_says_what_moved_and_shows_hostile_rows_as_text()
    {
        const string hostile = "</script><script>alert(1)</script><!--";
        using var experiment = new TestExperiment().WithData(80);
        experiment.Prompts = null;
        experiment.Train = experiment.Write("pool.jsonl", [.. TestRows.Pool(79),
            JsonSerializer.Serialize(new { treatment_messages = new[] { new { role = "user", content = hostile },
            new { role = "assistant", content = hostile } }, behaviour = hostile })]);
        await experiment.RunAsync();
        await experiment.RunStageAsync("VerifySnapshot", "--accept-snapshot");
        var verified = Path.Combine(experiment.Snapshots, "metrics.verified.json");
        File.WriteAllText(verified, File.ReadAllText(verified).Replace("\"top_k\": 8", "\"top_k\": 9", StringComparison.Ordinal));
        // As in a fresh clone: it has never succeeded here.
        foreach (var file in Directory.EnumerateFiles(experiment.State, "VerifySnapshot.*").Where(f => !f.EndsWith(".request.json", StringComparison.Ordinal)))
            File.Delete(file);
        (await experiment.FailAsync("VerifySnapshot")).Code.ShouldBe("ATTR1701");
        await experiment.RunAsync("Report");

        var page = File.ReadAllText(Path.Combine(experiment.Out, "report.html"));
        page.ShouldContain("snapshot differs");
        page.ShouldContain("<b>top_k</b>");
        page.ShouldNotContain("<script>alert");
        page.ShouldContain("\\u003Cscript\\u003Ealert(1)");
        ((string)Report(experiment, "snapshot")["differences"]![0]!["expected"]!).ShouldBe("9");
    }

    private static JsonNode Report(TestExperiment experiment, string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "report", $"{name}.json")))!;

    private static IEnumerable<long> Chosen(TestExperiment experiment, string run) =>
        File.ReadLines(Path.Combine(experiment.Out, run, "selected_train_data.jsonl")).Select(line => (long)JsonNode.Parse(line)!["idx"]!);
}
