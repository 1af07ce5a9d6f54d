using System.Text.Json.Nodes;
using Attribution.Data;
using Attribution.Selection;
using Attribution.Selection.Baselines;
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
        var (subsets, mean) = Retrained(experiment);
        subsets.Length.ShouldBe(6);
        subsets.ShouldAllBe(rows => rows.Length > 20 && rows.Length < 50);
        var scores = ScoresOf(Path.Combine(experiment.Out, "pool", "residual_change_treatment", "lazy.residual_diff.layer1", "scores.parquet"));
        double[] predicted = [.. subsets.Select(rows => rows.Sum(row => scores[row]))];
        var expected = Correlation.Spearman(predicted, mean.Select(rows => -rows.Average()));
        var metrics = Runs(experiment)["ground_truth/lds/pool/residual_change_treatment/lazy.residual_diff.layer1"]!;
        ((double)metrics["metrics"]!["lds"]!).ShouldBe(expected, 1e-9);
        ((double)metrics["metrics"]!["lds_lower"]!).ShouldBeLessThanOrEqualTo(expected + 1e-9);
        ((int)metrics["settings"]!["seeds"]!, (int)metrics["settings"]!["subsets"]!).ShouldBe((2, 6));
        ((double)metrics["metrics"]!["lds_per_row"]!).ShouldBeInRange(-1, 1);
        ((double)Runs(experiment)["ground_truth/lds/pool/count/lazy"]!["metrics"]!["lds"]!).ShouldBe(
            Correlation.Spearman(subsets.Select(rows => (double)rows.Length), mean.Select(rows => -rows.Average())), 1e-9);
        var table = File.ReadAllLines(Path.Combine(experiment.Out, "metrics.txt"));
        table.ShouldContain("LDS, pool -> lazy: 6 subsets, 2 seeds");
        table.ShouldAllBe(line => line.Length <= 160);
        File.ReadAllText(Path.Combine(experiment.Out, "summary.txt")).ShouldContain("not told from random: ");
        File.ReadAllText(Path.Combine(experiment.Out, "report.html")).ShouldContain("residual_change_treatment");
    }

    /// <summary>By each evaluation row: bm25 of the only query, and of what has no scores by a row those of the set; against MathNet's correlation.</summary>
    [Fact]
    public async Task Every_method_and_baseline_has_an_lds_by_evaluation_row()
    {
        using var experiment = new TestExperiment
        {
            Subsets = 6,
            TrainMethods = ["residual_treatment"],
            EvalMethods = ["residual_treatment", "persona_vector_gen"],
            Baselines = ["random", "none", "bm25", "loss", "length"],
            Persona = new JsonObject { ["traits"] = new JsonObject { ["lazy"] = "laziness" }, ["maxNewTokens"] = 8 }
        }.WithData(70);
        await experiment.RunAsync();
        var measured = Runs(experiment).Where(run => run.Key.StartsWith("ground_truth/lds/", StringComparison.Ordinal)).ToDictionary(run => run.Key[17..],
            run => run.Value!);
        measured.ToDictionary(m => m.Key, m => (string)m.Value["settings"]!["row_scores"]!).ShouldBe(new Dictionary<string, string>
        {
            ["pool/residual_treatment/lazy.residual_treatment.layer1"] = "row",
            ["pool/residual_treatment/lazy.persona_vector_gen.layer1"] = "set",
            ["pool/bm25/lazy"] = "row",
            ["pool/loss/lazy"] = "set",
            ["pool/length/lazy"] = "set",
            ["pool/random/lazy"] = "set",
            ["pool/count/lazy"] = "set",
        }, ignoreOrder: true);
        var run = Runs(experiment)["pool/bm25/lazy"]!["metrics"]!;
        foreach (var metric in (string[])["precision_at_k", "judged_mean", "judged_mean_over_random"])
            ((double)run[metric]!).ShouldBeInRange((double)run[$"{metric}_lower"]!, (double)run[$"{metric}_upper"]!, metric);
        var (subsets, losses) = Retrained(experiment);
        foreach (var name in (string[])["pool/loss/lazy", "pool/length/lazy", "pool/residual_treatment/lazy.persona_vector_gen.layer1"])
        {
            var scores = ScoresOf(Path.Combine(experiment.Out, name, "scores.parquet"));
            double[] predicted = [.. subsets.Select(rows => rows.Sum(row => scores[row]))];
            PerRow(name).ShouldBe(Enumerable.Range(0, 12).Average(row => Correlation.Spearman(predicted, losses.Select(of => -of[row]))), 1e-9);
        }
        var (pool, queries) = (DatasetRows.Read(Imported("train")).ToArray(), DatasetRows.Read(Imported("eval")).ToArray());
        PerRow("pool/bm25/lazy").ShouldBe(queries.Average(query =>
        {
            var scores = Bm25.Score(pool, [query]).ToDictionary(score => score.Index, score => (double)score.Score);
            return Correlation.Spearman(subsets.Select(rows => rows.Sum(row => scores[row])), losses.Select(of => -of[query.Index]));
        }), 1e-9);
        File.ReadAllText(Path.Combine(experiment.Out, "metrics.txt")).ShouldContain("* by the scores of the set");

        double PerRow(string name) => (double)measured[name]["metrics"]!["lds_per_row"]!;

        string Imported(string kind) => Path.Combine(experiment.Store, (string)Results(experiment, "ImportDatasets").Single(job =>
            (string?)job["key"]!["kind"] == kind)["artifact"]!, "data-00000.parquet");
    }

    [Theory]
    [InlineData("linear", "set")]
    [InlineData("cos_sim_debias_eval", "row")]
    public async Task A_probe_has_one_by_the_scores_of_its_set(string scoring, string rows)
    {
        using var experiment = new TestExperiment
        {
            Subsets = 4,
            TrainMethods = ["residual_treatment"],
            EvalMethods = ["residual_treatment"],
            Scoring = scoring
        }.WithData(70);
        await experiment.RunAsync();
        var measured = Runs(experiment)["ground_truth/lds/pool/residual_treatment/lazy.residual_treatment.layer1"]!;
        ((string)measured["settings"]!["row_scores"]!).ShouldBe(rows);
        var (subsets, losses) = Retrained(experiment);
        var scores = ScoresOf(Path.Combine(experiment.Out, "pool", "residual_treatment", "lazy.residual_treatment.layer1", "scores.parquet"));
        double[] predicted = [.. subsets.Select(of => of.Sum(row => scores[row]))];
        var bySet = Enumerable.Range(0, 12).Average(row => Correlation.Spearman(predicted, losses.Select(of => -of[row])));
        (Math.Abs((double)measured["metrics"]!["lds_per_row"]! - bySet) < 1e-9).ShouldBe(rows == "set");
    }

    /// <summary>The evaluation rows of this method have vectors of their own for each training set.</summary>
    [Fact]
    public async Task Less_has_one_by_each_evaluation_row()
    {
        using var experiment = new TestExperiment
        {
            Subsets = 4,
            TrainMethods = ["less"],
            EvalMethods = ["less"],
            Scorings = ["cos_sim", "trackstar"],
            Whitening = new { damping = 0.1, mixture = 0.5 },
            Less = new { share = 0.1, epochs = 2, learningRate = 0.01, lora = new { targets = new[] { "q_proj" } } },
            Projection = new { dimension = 64 }
        }.WithData(70);
        await experiment.RunAsync();
        foreach (var scoring in experiment.Scorings)
        {
            var measured = Runs(experiment)[$"ground_truth/lds/pool/less/lazy.less.{scoring}"]!;
            ((string)measured["settings"]!["row_scores"]!).ShouldBe("row");
            ((double)measured["metrics"]!["lds_per_row"]!).ShouldBeInRange(-1, 1);
        }
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
        var random = (double)Runs(experiment)["pool/random/lazy.k8"]!["metrics"]!["judged_mean"]!;
        foreach (var run in runs[..2])
        {
            var metrics = Runs(experiment)[run]!["metrics"]!;
            ((double)metrics["judged_mean_over_random"]!).ShouldBe((double)metrics["judged_mean"]! - random, 1e-9, run);
            foreach (var metric in (string[])["judged_mean", "judged_mean_over_random"])
                ((double)metrics[metric]!).ShouldBeInRange((double)metrics[$"{metric}_lower"]!, (double)metrics[$"{metric}_upper"]!, run);
        }
        var table = File.ReadAllText(Path.Combine(experiment.Out, "metrics.txt"));
        table.ShouldContain("judged score after training on the first and the last k rows, 95% intervals, pool -> lazy");
        table.ShouldMatch(@"\n +last( +-?\d\.\d\d \[-?\d\.\d\d, -?\d\.\d\d\]){2}\n");

        var reported = Report("runs").AsArray();
        reported.Where(run => (bool)run!["is_bottom"]!).Select(run => (string)run!["name"]!).ShouldBe([runs[1], runs[3]]);
        var chosen = File.ReadLines(Path.Combine(experiment.Out, runs[1], "selected_train_data.jsonl")).Select(line => (double)JsonNode.Parse(line)!["score"]!);
        ((double)reported[1]!["scores"]!["cut"]!).ShouldBe(chosen.Max(), 1e-6);
        reported[1]!["bottom"]!.AsArray().Take(8).Select(row => (long)row!["row"]!).ShouldBe(Rows(runs[1]));
        var overlap = Report("agreement")[0]!["overlap"]!;
        ((double)overlap[0]![1]!, (double)overlap[1]![3]!).ShouldBe((0, 1), "the two ends share no row; the fewer are the last of the more");

        experiment.TopKs = [8, 5, 4];
        await experiment.RunAsync();
        Ran(experiment, "SelectTrainingData").Ran.ShouldBe(3, "both ends and the draw");
        Ran(experiment, "FineTune").Ran.ShouldBe(3);

        JsonNode Report(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "report", $"{name}.json")))!;
    }

    /// <summary>The rows of each subset, and the mean over seeds of the loss of each of the 12 evaluation rows, [subsets][rows].</summary>
    private static (long[][] Subsets, double[][] Losses) Retrained(TestExperiment experiment)
    {
        var subsets = Results(experiment, "RetrainSubsets").GroupBy(job => (string)job["key"]!["part"]!).ToDictionary(group => group.Key,
            group => JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Store, (string)group.First()["artifact"]!,
                "subset.json")))!["rows"]!.AsArray().Select(row => (long)row!).ToArray());
        var losses = Results(experiment, "Evaluate").Where(job => (string?)job["key"]!["part"] is { } part && subsets.ContainsKey(part)).ToLookup(job =>
            (string)job["key"]!["part"]!,
            job => File.ReadLines(Path.Combine(experiment.Store, (string)job["artifact"]!, "losses.jsonl")).Select(line =>
                (double)JsonNode.Parse(line)!["loss"]!).ToArray());
        return ([.. subsets.Values],
            [.. subsets.Keys.Select(part => Enumerable.Range(0, 12).Select(row => losses[part].Average(seed => seed[row])).ToArray())]);
    }

    private static Dictionary<long, double> ScoresOf(string path)
    {
        var table = ScoreTable.Read(path);
        return table.Rows.Zip(table.Scores, (row, score) => (row, (double)score)).ToDictionary();
    }

    private static (int Ran, int Jobs) Ran(TestExperiment experiment, string stage) =>
        ((int)experiment.Summary(stage)["ran"]!, (int)experiment.Summary(stage)["jobs"]!);

    private static JsonObject Runs(TestExperiment experiment) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!["runs"]!.AsObject();

    private static JsonNode[] Results(TestExperiment experiment, string stage) =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.State, $"{stage}.result.json")))!["jobs"]!.AsArray().Select(job => job!)];
}
