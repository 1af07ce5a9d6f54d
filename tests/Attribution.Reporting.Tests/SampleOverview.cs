using System.Text.Json.Nodes;
using Attribution.Pipeline.Snapshots;
using Attribution.Pipeline.Verdicts;
using Attribution.Reporting.Overview;

namespace Attribution.Reporting.Tests;

/// <summary>
/// Three experiments that never ran: one with seeds and every measure, a variant without a report, and one with a name that would like to be markup.
/// </summary>
internal static class SampleOverview
{
    public const int Runs = 2 * 4 + 2 * 4 + 2 * 4;

    private static readonly string[] Evals = ["sycophancy", "preachiness"];

    private static readonly (string Attribution, string? Selection)[] Methods =
        [("residual_change_treatment", "residual_change"), ("residual_diff", "residual_diff"), ("bm25", null), ("random", null)];

    public static string Page() => OverviewPage.Render(new ExperimentsOverview(
    [
        new("experiments/quickstart", null, "quickstart/out/report.html", Of(0)),
        new("experiments/quickstart", "large", null, Of(0.25)),
        new("experiments/<b>other", null, "other%20one/out/report.html", Of(-0.5)),
    ]));

    private static Metrics Of(double shift)
    {
        var runs = new Dictionary<string, RunMetrics>();
        foreach (var (set, eval) in Evals.Index())
            foreach (var (m, (attribution, selection)) in Methods.Index())
            {
                var settings = new Dictionary<string, JsonNode?> { ["train"] = "pool", ["eval"] = eval, ["attribution"] = attribution, ["top_k"] = 50 };
                if (selection is not null)
                    settings["selection"] = selection;
                settings["seeds"] = new JsonArray(0, 1, 2);
                var score = 2 - 0.5 * m + 0.1 * set + shift;
                runs[$"pool/{attribution}/{eval}"] = new RunMetrics(settings, new Dictionary<string, double?>
                {
                    ["judged_mean"] = score,
                    ["judged_mean_sd"] = 0.31,
                    ["eval_loss_gap"] = score / 10,
                    ["eval_loss_gap_before"] = -0.2,
                    ["precision_at_k"] = score / 4,
                    ["recall_at_k"] = score / 5,
                    ["auroc"] = 0.5 + score / 6,
                    ["auprc"] = selection is null ? null : score / 4,
                    ["mrr"] = 1 / (1.0 + m),
                });
            }
        return new Metrics(runs)
        {
            Verdicts = [.. Evals.Select((eval, set) => new Verdict("pool", eval, "judged_mean", $"pool/residual_change_treatment/{eval}", 1.9 + shift)
            {
                Before = 0,
                ScoreSd = 0.34,
                Random = 0.05,
                Seeds = 3,
                Prompts = 12,
                IsBest = set == 0,
                Text = set == 0 ? RunVerdicts.Best : RunVerdicts.NotFromSecond,
            })],
        };
    }
}
