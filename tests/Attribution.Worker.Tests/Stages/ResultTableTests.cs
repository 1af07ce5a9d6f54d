using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Pipeline;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;
using Attribution.Worker.Stages;

namespace Attribution.Worker.Tests.Stages;

public sealed class ResultTableTests
{
    [Fact]
    public void A_run_is_a_line_below_its_evaluation_set_and_a_column_without_numbers_is_left_out()
    {
        var metrics = new Metrics(new Dictionary<string, RunMetrics>
        {
            ["a"] = Run("modesty", "residual_diff", "residual_change", (ResultTable.Precision, 0.25), (ResultTable.GapBefore, 0.5), (ResultTable.Gap, 0.75)),
            ["b"] = Run("empathy", "none", null, (ResultTable.GapBefore, 0.125), (ResultTable.Gap, 0.125)),
        });
        ResultTable.Of(metrics, [new() { Name = "empathy" }, new() { Name = "modesty", Trait = "humility" }, new() { Name = "laziness" }]).Split('\n').ShouldBe(
        [
            "                                    precision@k   cross-entropy gap",
            "empathy",
            "  none                                        -               0.125",
            "modesty (humility)",
            "  residual_diff x residual_change         0.250      0.500 -> 0.750",
            "",
        ]);
    }

    [Fact]
    public void Runs_of_several_seeds_are_one_line_and_the_verdict_says_what_can_be_told()
    {
        RunMetrics Seeds(int k, double mean, params (string, double)[] more)
        {
            var run = Run("empathy", "residual_diff", "residual_change",
                [(ResultTable.JudgedBefore, 0), (ResultTable.Judged, mean), ("judged_mean_sd", 0.25), .. more]);
            return run with { Settings = new Dictionary<string, JsonNode?>(run.Settings) { ["top_k"] = k, ["seeds"] = new JsonArray(0, 1) } };
        }
        (string, double)[] over = [("judged_mean_over_random", 1), ("judged_mean_over_random_lower", 0.5), ("judged_mean_over_random_upper", 1.5)];
        var metrics = new Metrics(new Dictionary<string, RunMetrics>())
        {
            Groups = new Dictionary<string, RunMetrics> { ["a.k50"] = Seeds(50, 1.5, over), ["a.k100"] = Seeds(100, 1.25) },
            Verdicts = [new("pool", "empathy", ResultTable.Judged, "a.k50", 1.75)
            {
                ScoreSd = 0.5,
                OverRandom = new(1.5, 24) { Lower = 1, Upper = 2 },
                Second = "a.k100",
                OverSecond = new(0.25, 24) { Lower = -0.25, Upper = 0.75 },
                Seeds = 2,
                Prompts = 12,
                IsBest = false,
                Text = RunVerdicts.NotFromSecond
            }],
        };
        ResultTable.Of(metrics, [new() { Name = "empathy" }]).Split('\n').ShouldBe(
        [
            "                                                   judged score          over random",
            "empathy, 2 seeds",
            "  residual_diff x residual_change k50    0.000 -> 1.500 ± 0.250   +1.00 [0.50, 1.50]",
            "  residual_diff x residual_change k100   0.000 -> 1.250 ± 0.250                    -",
            "  residual_diff x residual_change k50 leads on half of the prompts; on the others it has 1.75 ± 0.50, over random +1.50 [1.00, 2.00], "
                + "over residual_diff x residual_change k100 +0.25 [-0.25, 0.75]",
            "  verdict: not told from the second",
            "",
        ]);
    }

    private static RunMetrics Run(string eval, string attribution, string? selection, params (string Name, double Value)[] metrics)
    {
        var settings = new Dictionary<string, JsonNode?> { ["train"] = "pool", ["eval"] = eval, ["attribution"] = attribution };
        if (selection is not null)
            settings["selection"] = selection;
        return new(settings, metrics.ToDictionary(m => m.Name, m => (double?)m.Value));
    }
}
