using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attribution.Pipeline.Snapshots;
using Attribution.Tokenization;

namespace Attribution.Reporting.Tests;

public sealed partial class ReportFilesTests
{
    private static readonly string[] Timed = ["report.html", "report/build.json"];

    [Fact]
    public void Equal_reports_give_equal_bytes_and_only_the_build_tells_the_time()
    {
        var (one, two) = (ReportFiles.Of(SampleReport.Create()), ReportFiles.Of(SampleReport.Create()));
        one.ShouldBe(two);
        var later = SampleReport.Create();
        later = later with { Build = later.Build with { Written = later.Build.Written.AddDays(1) } };
        ReportFiles.Of(later).Where(f => one[f.Key] != f.Value).Select(f => f.Key).ShouldBe(Timed, ignoreOrder: true);
    }

    [Fact]
    public void The_page_holds_the_files_beside_it_as_they_are_and_no_text_of_theirs_as_markup()
    {
        var files = ReportFiles.Of(SampleReport.Create());
        var page = files[ReportFiles.PageFile];
        foreach (var (path, json) in files.Where(f => f.Key != ReportFiles.PageFile))
        {
            page.ShouldContain($"<script type=\"application/json\" id=\"data-{Path.GetFileNameWithoutExtension(path)}\">{json}</script>");
            json.ShouldNotContain('<');
            json.ShouldNotContain('&');
            JsonDocument.Parse(json).Dispose();
        }
        Texts(files["report/rows.json"]).ShouldContain(SampleReport.Hostile, "what was shortened or escaped is still the text");
        // Its own style and script, ten files of data, and nothing else.
        ScriptTag().Count(page).ShouldBe(1 + files.Count - 1);
        page.ShouldContain("<h1>sample &lt;b&gt; ");
        AddressInMarkup().Matches(page).Select(m => m.Groups[1].Value).ShouldAllBe(a => !a.Contains(':', StringComparison.Ordinal),
            "nothing is fetched from elsewhere");
    }

    [Fact]
    public void A_page_stays_below_two_megabytes_and_says_what_it_leaves_out()
    {
        var report = SampleReport.Create(i => new string((char)('一' + i % 100), 9000), rows: 400);
        report = report with
        {
            Evaluations = [.. report.Evaluations.Select(e =>
            e with { Prompts = [.. Enumerable.Range(0, 300).Select(i => $"Prompt {i}: {new string('p', 3000)}")] })]
        };
        var files = ReportFiles.Of(report);
        Encoding.UTF8.GetByteCount(files[ReportFiles.PageFile]).ShouldBeLessThan(2_000_000);
        using var rows = JsonDocument.Parse(files["report/rows.json"]);
        using var limits = JsonDocument.Parse(files["report/limits.json"]);
        var row = rows.RootElement.GetProperty("pool").EnumerateObject().Skip(1).First().Value;
        var answer = row.GetProperty("messages")[1].GetProperty("content").GetString()!;
        row.GetProperty("left_out")[0].GetInt32().ShouldBe(0);
        row.GetProperty("left_out")[1].GetInt32().ShouldBe(9000 - (answer.Length - 1));
        answer.Length.ShouldBeLessThanOrEqualTo(limits.RootElement.GetProperty("row_characters").GetInt32() + 1);
        using var evaluations = JsonDocument.Parse(files["report/evaluations.json"]);
        var shown = evaluations.RootElement[0].GetProperty("prompts").GetArrayLength();
        evaluations.RootElement[0].GetProperty("prompts_left_out").GetInt32().ShouldBe(300 - shown);
    }

    [Fact]
    public void A_message_keeps_all_its_fields_and_one_that_is_too_long_is_cut_like_a_text()
    {
        var call = JsonSerializer.SerializeToElement(new[] { new { name = "look_up", arguments = new string('a', 90) } });
        var fields = new Dictionary<string, JsonElement> { ["weight"] = JsonSerializer.SerializeToElement(0), ["tool_calls"] = call };
        var report = SampleReport.Create() with
        {
            Rows = new Dictionary<string, IReadOnlyDictionary<long, ReportedRow>>
            {
                ["pool"] = new Dictionary<long, ReportedRow> { [1] = new([new ChatMessage("user", "Who?"), new("assistant", "") { Fields = fields }]) },
            }
        };
        Row(ReportLimits.Widest).Messages[1].Fields!["tool_calls"].GetRawText().ShouldBe(call.GetRawText());
        var cut = Row(ReportLimits.Widest with { RowCharacters = 60 });
        cut.Messages[1].Fields!["weight"].GetInt32().ShouldBe(0);
        var shown = cut.Messages[1].Fields!["tool_calls"].GetString()!;
        shown.ShouldStartWith("[{\"name\":\"look_up\"");
        cut.LeftOut.ShouldBe([0, call.GetRawText().Length - (shown.Length - 1)]);
        ReportFiles.Of(report)["report/rows.json"].ShouldContain("\"content\":\"\",\"weight\":0,\"tool_calls\":[{");

        ReportedRow Row(ReportLimits limits) => limits.Apply(report).Rows["pool"][1];
    }

    [Fact]
    public void Long_contexts_are_shown_in_full_and_fewer_of_them()
    {
        var report = SampleReport.CreateInContext();
        var example = report.Context!.Examples[0];
        var (text, answer) = (new string('c', 150_000), example.Answers["at2"]);
        example = example with { Answers = example.Answers.ToDictionary(a => a.Key, _ => answer with { Documents = [answer.Documents[0] + text] }) };
        var page = Page(report with { Context = report.Context with { Examples = [.. Enumerable.Range(0, 20).Select(i => example with { Index = i })] } });
        Encoding.UTF8.GetByteCount(page).ShouldBeInRange(1_000_000, 2_000_000);
        page.ShouldContain("The first 5 held-out examples");
        page.Split(text).Length.ShouldBe(1 + 5 * example.Answers.Count);
    }

    [Fact]
    public void A_short_report_is_shown_in_full()
    {
        var rows = ReportFiles.Of(SampleReport.Create())["report/rows.json"];
        rows.ShouldNotContain("left_out");
        JsonDocument.Parse(rows).RootElement.GetProperty("pool").EnumerateObject().Count().ShouldBe(SampleReport.Rows);
    }

    [Theory]
    [InlineData(SnapshotVerdict.Equal, "Snapshot equal")]
    [InlineData(SnapshotVerdict.Accepted, "Snapshot accepted")]
    [InlineData(SnapshotVerdict.None, "-p:AcceptSnapshot=true")]
    [InlineData(SnapshotVerdict.Invalid, "it is no JSON")]
    [InlineData(SnapshotVerdict.Differs, "What moved")]
    public void The_top_says_how_the_metrics_compare_with_the_snapshot(string outcome, string said)
    {
        var page = Page(SampleReport.Create() with
        {
            Snapshot = new(outcome, 80,
            [new("pool/random/empathy", "judged_mean", "0.25", "0.5", 0.01)])
            { Message = "it is no JSON", File = "snapshots/small/metrics.verified.json" }
        });
        page.ShouldContain(said);
        page.Contains("<code>snapshots/small/metrics.verified.json</code>", StringComparison.Ordinal)
            .ShouldBe(outcome is SnapshotVerdict.Equal or SnapshotVerdict.Accepted);
        page.Contains("judged_mean</b>", StringComparison.Ordinal).ShouldBe(outcome == SnapshotVerdict.Differs);
    }

    [Fact]
    public void What_can_be_told_is_said_with_intervals_and_nothing_is_crowned_that_is_not_the_best()
    {
        var report = SampleReport.Create();
        report = report with
        {
            Runs = [.. report.Runs.Select((run, i) => i > 0 ? run : run with
            {
                Seeds = [new(0, $"{run.Name}/seed0", new Dictionary<string, double?> { ["judged_mean"] = 0.5 }, []),
                    new(1, $"{run.Name}/seed1", new Dictionary<string, double?> { ["judged_mean"] = 1.5 }, [])],
                Metrics = new Dictionary<string, double?>(run.Metrics) { ["judged_mean"] = 1, ["judged_mean_sd"] = 0.71 },
            })],
            Comparisons =
            [
                new("pool", "sycophancy", "judged_mean", 0, 1.25, "not told from the second", false)
                {
                    ScoreSd = 0.5, Before = 0, Random = 0.05, Second = 1, OverRandom = new(1.2, 0.4, 2), OverSecond = new(-0.1, -0.6, 0.4),
                        Seeds = 2, Prompts = 12
                },
                new("pool", "empathy", "judged_mean", 6, 2.25, "best", true) { OverRandom = new(2, 1, 3), Seeds = 2, Prompts = 12 },
            ],
        };
        var page = Page(report);
        page.ShouldContain("<b>1.25</b> ± 0.50 <small>random 0.05</small></td>");
        page.ShouldContain("+1.20 <span class=\"quiet\">[0.40, 2.00]</span>");
        page.ShouldContain("−0.10 <span class=\"quiet\">[−0.60, 0.40]</span>");
        page.ShouldContain("<span class=\"pill open\">not told from the second</span>");
        page.ShouldContain("<span class=\"pill good\">best</span>");
        page.ShouldContain("For 1 of 2 evaluation sets one run is the best; for the others it cannot be told which is.");
        page.ShouldContain("<option value=\"6\" selected>", customMessage: "the page opens on the best run");
        page.ShouldContain("1.00 ± 0.71<span class=\"sr\">, seeds 0.50, 1.50</span>");
        page.Split("<ellipse class=\"seed\"").Length.ShouldBe(1 + 2);
        page.Split(", the best, ").Length.ShouldBe(1 + 1, "in the heatmap of empathy's judged score");
        ReportFiles.Of(report).Keys.ShouldContain("report/comparisons.json");
    }

    [Fact]
    public void A_baseline_that_scores_rows_is_marked_where_the_verdict_calls_it_the_best()
    {
        var report = SampleReport.Create();
        var page = Page(report with
        {
            Comparisons = [new("pool", "empathy", "judged_mean", 12, 2.25, "best", true) { OverRandom = new(2, 1, 3), Seeds = 1, Prompts = 12 }],
        });
        report.Runs[12].Attribution.ShouldBe("bm25");
        page.Split("<span class=\"sr\">, the best, bm25</span>").Length.ShouldBe(1 + 1, "in the heatmap of empathy's judged score");
    }

    [Fact]
    public void Three_seeds_of_many_runs_stay_below_two_megabytes_and_their_curves_have_fewer_points_for_it()
    {
        var report = SampleSweep.Create();
        Stride(report).ShouldBe(1);
        Stride(report with { Runs = [.. Enumerable.Repeat(report.Runs, 6).SelectMany(runs => runs)] }).ShouldBeGreaterThan(1);

        static int Stride(ExperimentReport report)
        {
            var files = ReportFiles.Of(report);
            Encoding.UTF8.GetByteCount(files[ReportFiles.PageFile]).ShouldBeLessThan(2_000_000);
            using var runs = JsonDocument.Parse(files["report/runs.json"]);
            return runs.RootElement[0].GetProperty("loss_stride").GetInt32();
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(200, 1)]
    [InlineData(201, 2)]
    [InlineData(1000, 6)]
    public void A_long_curve_keeps_its_last_step_and_the_number_of_its_steps(int steps, int stride)
    {
        var report = SampleReport.Create();
        double[] loss = [.. Enumerable.Range(1, steps)];
        report = report with { Runs = [.. report.Runs.Select(run => run with { Loss = loss, Seeds = [new(0, run.Name, run.Metrics, loss)] })] };
        var run = ReportLimits.Widest.Apply(report).Runs[0];
        (run.LossStride, run.Steps, run.Seeds[0].Steps).ShouldBe((stride, steps, steps));
        foreach (var shown in new[] { run.Loss, run.Seeds[0].Loss })
        {
            shown.Count.ShouldBeLessThanOrEqualTo(ReportLimits.Widest.Losses);
            shown.Select((_, i) => Math.Min(i * stride, steps - 1) + 1.0).ShouldBe(shown);
            shown[^1].ShouldBe(steps);
        }
    }

    [Fact]
    public void An_experiment_without_methods_prompts_or_planted_rows_has_a_page_too()
    {
        var report = SampleReport.Create();
        report = report with
        {
            Snapshot = null,
            Runs = [new("none/empathy", null, "empathy", ReportedRun.NoneName, null, new Dictionary<string,
                double?> { ["eval_loss_gap"] = 0.1, ["eval_loss_gap_before"] = 0.1 })],
            Evaluations = [new("empathy", null, 3, [], [])],
            Agreement = [],
            Rows = new Dictionary<string, IReadOnlyDictionary<long, ReportedRow>>(),
        };
        var page = Page(report);
        page.ShouldContain("id=\"experiment\"");
        page.ShouldNotContain("id=\"answer\"");
        page.ShouldContain("id=\"stages\"");
        page.ShouldNotContain("id=\"runs\"");
        Page(report with { Runs = [], Evaluations = [], Stages = [] }).ShouldContain("id=\"provenance\"");
    }

    [Fact]
    public void A_stage_that_was_up_to_date_is_told_from_one_that_ran_and_one_that_took_from_the_store()
    {
        var report = SampleReport.Create();
        report = report with
        {
            Build = report.Build with
            {
                Stages = new Dictionary<string,
            StageTiming>(report.Build.Stages)
                { ["ImportDatasets"] = new(true, null, 0.2, 5, 0, 0, 0) }
            }
        };
        var page = Page(report);
        page.ShouldContain("<th scope=\"row\">ImportDatasets</th><td class=\"did\"><span class=\"tag kept\">from store");
        page.ShouldContain("<th scope=\"row\">ComputeAttribution</th><td class=\"did\"><span class=\"tag ran\">ran 3 of 12 blocks");
        page.ShouldContain("<th scope=\"row\">SelectTrainingData</th><td class=\"did\"><span class=\"tag kept\">up to date");
    }

    private static string Page(ExperimentReport report) => ReportFiles.Of(report)[ReportFiles.PageFile];

    private static IEnumerable<string?> Texts(string rows) => JsonDocument.Parse(rows).RootElement.GetProperty("pool").EnumerateObject()
        .SelectMany(r => r.Value.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").GetString()));

    [GeneratedRegex("<script[ >]", RegexOptions.IgnoreCase)]
    private static partial Regex ScriptTag();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"", RegexOptions.IgnoreCase)]
    private static partial Regex AddressInMarkup();
}
