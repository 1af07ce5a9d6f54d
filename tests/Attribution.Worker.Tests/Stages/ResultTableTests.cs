using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Pipeline;
using Attribution.Pipeline.Snapshots;
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

    private static RunMetrics Run(string eval, string attribution, string? selection, params (string Name, double Value)[] metrics)
    {
        var settings = new Dictionary<string, JsonNode?> { ["train"] = "pool", ["eval"] = eval, ["attribution"] = attribution };
        if (selection is not null)
            settings["selection"] = selection;
        return new(settings, metrics.ToDictionary(m => m.Name, m => (double?)m.Value));
    }
}
