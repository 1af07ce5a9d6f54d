using System.Text.Json.Nodes;

namespace Attribution.Reporting.Tests;

/// <summary>
/// A report with everything that an experiment with seeds, axes and ground truth has: five evaluation sets, three seeds, three k at both ends.
/// </summary>
internal static class SampleSweep
{
    public static readonly string[] Evals = ["empathy", "laziness", "modesty", "preachiness", "sycophancy"];

    private static readonly string[] Methods = ["residual_change_treatment", "residual_diff"], Ends = ["top", "bottom"];

    private static readonly int[] Ks = [20, 50, 100];

    public static ExperimentReport Create()
    {
        var sample = SampleReport.Create();
        var runs = new List<ReportedRun>();
        var comparisons = new List<RunComparison>();
        foreach (var (set, eval) in Evals.Index())
        {
            var first = runs.Count;
            foreach (var k in Ks)
                runs.Add(Run($"pool/random/{eval}.k{k}", eval, ReportedRun.RandomName, null, 0.1 + 0.001 * k, k, null));
            foreach (var method in Methods)
                foreach (var (at, k) in Ks.Index())
                    foreach (var end in Ends)
                        runs.Add(Run($"pool/{method}/{eval}.residual_change.layer2.k{k}.{end}", eval, method, "residual_change",
                            end == "top" ? 1 + 0.1 * set + 0.002 * k : 0.05, k, end) with
                        {
                            Random = first + at,
                            IsBottom = end == "bottom",
                            Scores = sample.Runs[0].Scores! with { Cut = end == "top" ? 0.3 : -0.2, Random = -0.1 },
                            Top = Ranked(sample.Runs[0].Top),
                            Bottom = Ranked(sample.Runs[0].Bottom)
                        });
            runs.Add(new ReportedRun($"none/{eval}", null, eval, ReportedRun.NoneName, null, new Dictionary<string, double?> { ["judged_mean"] = 0 }));
            comparisons.Add(new("pool", eval, "judged_mean", first + 3, 1.6 + 0.05 * set, set == 1 ? "best" : "not told from the second", set == 1)
            {
                ScoreSd = 0.51,
                Before = 0,
                Random = 0.03 * set,
                Second = first + 9,
                OverRandom = new(1.6, 1.1, 2.1),
                OverSecond = new(0.31, set == 1 ? 0.02 : -0.12, 0.74),
                Seeds = 3,
                Prompts = 12
            });
        }
        return sample with
        {
            Runs = runs,
            Comparisons = comparisons,
            Evaluations = [.. Evals.Select(eval => sample.Evaluations[0] with { Name = eval, Trait = eval })],
            Agreement = [],
            GroundTruth = [new("pool", "empathy", 32, 1,
            [
                new("residual_diff x residual_change", new(0.61, 0.4, 0.77), new(0.2, 0.1, 0.3), ["residual_change_treatment x residual_change"]),
                new("random", new(-0.02, -0.36, 0.33), null, []),
            ])],
            Build = sample.Build with { Git = new GitState("0123456789abcdef0123456789abcdef01234567", 2) },
        };
    }

    private static RankedRow[] Ranked(IReadOnlyList<RankedRow> rows) => [.. rows.Take(10).Select(row => row with { Others = [] })];

    private static ReportedRun Run(string name, string eval, string method, string? selection, double score, int k, string? end)
    {
        var axes = new Dictionary<string, JsonNode> { ["top_k"] = k };
        if (end is not null)
            axes.Add("end", end);
        var metrics = Metrics(score);
        metrics.Add("judged_mean_sd", 0.3);
        if (end is not null)
            foreach (var (key, value) in ((string, double)[])[("", score - 0.1), ("_lower", score - 0.5), ("_upper", score + 0.4)])
                metrics.Add($"judged_mean_over_random{key}", value);
        return new ReportedRun(name, "pool", eval, method, selection, metrics)
        {
            Axes = axes,
            Point = $"k{k} {end}".TrimEnd(),
            TopK = k,
            PlantedShare = 0.055,
            Seeds = [.. Enumerable.Range(0, 3).Select(seed => new SeedResult(seed, $"{name}.seed{seed}", Metrics(score + 0.3 * (seed - 1)), Loss(seed)))],
        };

        double[] Loss(int seed) => [.. Enumerable.Range(0, 200).Select(step =>
            Math.Round(0.4 + (selection is null ? 0.3 : 0) + 2 * Math.Exp(-step / 9.0) + 0.02 * seed, 6))];
    }

    private static Dictionary<string, double?> Metrics(double score) => new()
    {
        ["precision_at_k"] = Math.Min(1, score / 3),
        ["judged_mean"] = score,
        ["judged_mean_before"] = 0,
        ["eval_loss_gap"] = score / 2,
        ["eval_loss_gap_before"] = -0.2
    };
}
