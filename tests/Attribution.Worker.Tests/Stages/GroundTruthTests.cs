using System.Text.Json.Nodes;
using Attribution.Selection;
using MathNet.Numerics.Statistics;

namespace Attribution.Worker.Tests.Stages;

/// <summary>The measures that retrain: subsets of the training set, and the ends of a ranking.</summary>
public sealed class GroundTruthTests
{
    [Fact]
    public async Task Another_method_or_evaluation_set_retrains_nothing_and_more_subsets_retrain_themselves_alone()
    {
        using var experiment = new TestExperiment { Subsets = 5 }.WithData(70);
        await experiment.RunAsync();
        Ran(experiment, "RetrainSubsets").ShouldBe((5, 5));
        Ran(experiment, "MeasureLds").ShouldBe((3, 3), "the pair of methods, and two baselines");
        (await experiment.RunAsync()).StagesThatRan.ShouldBeEmpty();

        experiment.TrainMethods = ["residual_change_treatment", "residual_treatment"];
        var build = await experiment.RunAsync();
        build.StagesThatRan.ShouldNotContain("RetrainSubsets");
        Ran(experiment, "MeasureLds").ShouldBe((1, 4));

        experiment.Eval = experiment.Write("lazy.jsonl", TestRows.Pairs(13));
        (await experiment.RunAsync()).StagesThatRan.ShouldNotContain("RetrainSubsets");
        Ran(experiment, "MeasureLds").Ran.ShouldBe(4);

        experiment.Subsets = 7;
        (await experiment.RunAsync()).StagesThatRan.ShouldBe(["RetrainSubsets", "Evaluate", "MeasureLds", "CollectMetrics"]);
        Ran(experiment, "RetrainSubsets").ShouldBe((2, 7));
        Ran(experiment, "Evaluate").Ran.ShouldBe(2);

        experiment.Subsets = null;
        (await experiment.RunAsync()).StagesThatRan.ShouldBe(["CollectMetrics"]);
        Runs(experiment).ShouldAllBe(run => !run.Key.StartsWith("ground_truth/", StringComparison.Ordinal));
    }

    /// <summary>Against MathNet's correlation of what the files say.</summary>
    [Fact]
    public async Task The_lds_is_the_rank_correlation_of_the_scores_sums_and_the_losses_by_evaluation_set_and_row()
    {
        using var experiment = new TestExperiment { Subsets = 6, Seeds = [0, 1] }.WithData(70);
        await experiment.RunAsync();
        Ran(experiment, "RetrainSubsets").ShouldBe((12, 12));
        var adapters = Results(experiment, "RetrainSubsets");
        var subsets = adapters.GroupBy(job => (string)job["key"]!["part"]!).ToDictionary(group => group.Key,
            group => JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Store, (string)group.First()["artifact"]!,
                "subset.json")))!["rows"]!.AsArray().Select(row => (long)row!).ToArray());
        subsets.Count.ShouldBe(6);
        subsets.Values.ShouldAllBe(rows => rows.Length > 20 && rows.Length < 50);
        var losses = Results(experiment, "Evaluate").Where(job => (string?)job["key"]!["part"] is { } part && subsets.ContainsKey(part)).ToLookup(job =>
            (string)job["key"]!["part"]!,
            job => File.ReadLines(Path.Combine(experiment.Store, (string)job["artifact"]!, "losses.jsonl")).Select(line =>
                (double)JsonNode.Parse(line)!["loss"]!).ToArray());
        double[][] mean = [.. subsets.Keys.Select(part => Enumerable.Range(0, 12).Select(row => losses[part].Average(seed => seed[row])).ToArray())];

        var run = Path.Combine(experiment.Out, "pool", "residual_change_treatment", "lazy.residual_diff.layer1", "scores.parquet");
        var scores = ScoreTable.Read(run);
        double[] predicted = [.. subsets.Values.Select(rows => rows.Sum(row => (double)scores.Scores[scores.Rows.ToList().IndexOf(row)]))];
        var expected = Correlation.Spearman(predicted, mean.Select(rows => -rows.Average()));
        var metrics = Runs(experiment)["ground_truth/lds/pool/residual_change_treatment/lazy.residual_diff.layer1"]!;
        ((double)metrics["metrics"]!["lds"]!).ShouldBe(expected, 1e-9);
        ((double)metrics["metrics"]!["lds_lower"]!).ShouldBeLessThanOrEqualTo(expected + 1e-9);
        ((int)metrics["settings"]!["seeds"]!, (int)metrics["settings"]!["subsets"]!).ShouldBe((2, 6));
        ((double)metrics["metrics"]!["lds_per_row"]!).ShouldBeInRange(-1, 1);
        ((double)Runs(experiment)["ground_truth/lds/pool/count/lazy"]!["metrics"]!["lds"]!).ShouldBe(
            Correlation.Spearman(subsets.Values.Select(rows => (double)rows.Length), mean.Select(rows => -rows.Average())), 1e-9);
        var table = File.ReadAllLines(Path.Combine(experiment.Out, "metrics.txt"));
        table.ShouldContain("LDS, pool -> lazy: 6 subsets, 2 seeds");
        table.ShouldAllBe(line => line.Length <= 160);
        File.ReadAllText(Path.Combine(experiment.Out, "summary.txt")).ShouldContain("not told from random: ");
        File.ReadAllText(Path.Combine(experiment.Out, "report.html")).ShouldContain("residual_change_treatment");
    }

    [Fact]
    public async Task A_k_curve_trains_on_both_ends_of_the_ranking_and_at_random()
    {
        using var experiment = new TestExperiment { TopKs = [8, 5], Ends = ["top", "bottom"] }.WithData(70);
        await experiment.RunAsync();
        var runs = Runs(experiment).Select(run => run.Key).ToArray();
        runs.Where(run => run.Contains("residual_diff", StringComparison.Ordinal)).ShouldBe(new[] { "k8.top", "k8.bottom", "k5.top", "k5.bottom" }
            .Select(at => $"pool/residual_change_treatment/lazy.residual_diff.layer1.{at}"));
        runs.Where(run => run.Contains("random", StringComparison.Ordinal)).ShouldBe(["pool/random/lazy.k8", "pool/random/lazy.k5"]);
        long[] Rows(string run) => [.. File.ReadLines(Path.Combine(experiment.Out, run, "selected_train_data.jsonl")).Select(line =>
            (long)JsonNode.Parse(line)!["idx"]!)];
        var scores = ScoreTable.Read(Path.Combine(experiment.Out, runs[0], "scores.parquet"));
        Rows(runs[1]).ShouldBe(scores.FromTheEnd(8).Select(place => scores.Rows[place]));
        Rows(runs[0]).ShouldBe(scores.InOrder(8).Select(place => scores.Rows[place]));
        File.ReadAllText(Path.Combine(experiment.Out, "metrics.txt")).ShouldContain("judged score after training on k rows, pool -> "
            + "lazy: the first / the last");

        experiment.TopKs = [8, 5, 4];
        await experiment.RunAsync();
        Ran(experiment, "SelectTrainingData").Ran.ShouldBe(3, "both ends and the draw");
        Ran(experiment, "FineTune").Ran.ShouldBe(3);
    }

    private static (int Ran, int Jobs) Ran(TestExperiment experiment, string stage) =>
        ((int)experiment.Summary(stage)["ran"]!, (int)experiment.Summary(stage)["jobs"]!);

    private static JsonObject Runs(TestExperiment experiment) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!["runs"]!.AsObject();

    private static JsonNode[] Results(TestExperiment experiment, string stage) =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.State, $"{stage}.result.json")))!["jobs"]!.AsArray().Select(job => job!)];
}
