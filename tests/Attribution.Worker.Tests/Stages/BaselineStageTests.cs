using Attribution.Selection;

namespace Attribution.Worker.Tests.Stages;

/// <summary>The baselines that score rows without vectors, and <c>rds</c>, whose vectors are of the whole model, among the stages.</summary>
public sealed class BaselineStageTests
{
    private static readonly string[] Selecting = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData"];

    [Fact]
    public async Task Each_baseline_is_a_run_with_scores_of_its_own_and_is_made_once()
    {
        using var experiment = new TestExperiment { Baselines = ["random", "none", "bm25", "loss", "length"] }.WithData(80);
        await experiment.RunAsync();
        foreach (var baseline in new[] { "bm25", "loss", "length" })
        {
            var scores = Scores(experiment, baseline);
            scores.Count.ShouldBe(80);
            File.ReadLines(Path.Combine(experiment.Out, "pool", baseline, "lazy", "selected_train_data.jsonl")).Count().ShouldBe(8);
            File.Exists(Path.Combine(experiment.Out, "pool", baseline, "lazy", "selected_data", "adapter_model.safetensors")).ShouldBeTrue();
        }
        File.ReadAllText(Path.Combine(experiment.Out, "metrics.txt")).ShouldContain("bm25");
        // "Look it up." shares words with "No idea, look it up."; the long answers are the other ones.
        TopK.Select(Scores(experiment, "bm25"), 16).ShouldAllBe(row => row.Index % 5 == 0);
        TopK.Select(Scores(experiment, "length"), 64).ShouldAllBe(row => row.Index % 5 != 0);

        (await experiment.RunAsync()).StagesThatRan.ShouldBeEmpty();
        experiment.TopK = 6;
        (await experiment.RunAsync(Selecting)).StagesThatRan.ShouldBe(["SelectTrainingData"]);
    }

    [Fact]
    public async Task One_row_edited_computes_one_block_of_losses()
    {
        using var experiment = new TestExperiment { TrainMethods = [], EvalMethods = [], Baselines = ["loss"] }.WithData(1200);
        var first = (await experiment.RunAsync(Selecting)).Blocks;
        var rows = File.ReadAllLines(experiment.Train);
        rows[600] = TestRows.PoolRow(600, "Something else altogether.");
        experiment.Write("pool.jsonl", rows);
        var second = await experiment.RunAsync(Selecting);
        (first.Ran, second.Blocks.Ran).ShouldBe((first.Total, 1));
        first.Total.ShouldBeGreaterThan(4);
    }

    [Fact]
    public async Task What_makes_baselines_of_no_model_changes_no_request_of_the_others()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync(Selecting);
        var before = experiment.Outputs();
        experiment.Baselines = ["random", "none", "length"];
        await experiment.RunAsync(Selecting);
        var after = experiment.Outputs();
        before.ShouldAllBe(file => after[file.Key] == file.Value);
        after.Keys.Except(before.Keys).ShouldAllBe(file => file.StartsWith("pool/length/lazy/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_draw_takes_rows_with_an_answer_and_the_same_ones_whatever_rows_without_stand_among_them()
    {
        using var experiment = new TestExperiment { TrainMethods = [], EvalMethods = [], Baselines = ["random", "bm25"] }.WithData(80);
        await experiment.RunAsync(Selecting);
        var before = experiment.Outputs();
        var rows = File.ReadAllLines(experiment.Train);
        var drawn = Drawn("random").Concat(Drawn("bm25")).ToHashSet();
        foreach (var i in Enumerable.Range(0, 80).Where(i => !drawn.Contains(i)).Take(10))
            rows[i] = TestRows.PoolRow(i, answer: "");
        experiment.Write("pool.jsonl", rows);
        await experiment.RunAsync(Selecting);
        experiment.Outputs()["pool/random/lazy/selected_train_data.jsonl"].ShouldBe(before["pool/random/lazy/selected_train_data.jsonl"]);

        var first = Drawn("random")[0];
        rows[first] = TestRows.PoolRow((int)first, answer: "");
        experiment.Write("pool.jsonl", rows);
        await experiment.RunAsync(Selecting);
        Drawn("random").ShouldNotContain(first);
        Drawn("random").Count.ShouldBe(8);

        IReadOnlyList<long> Drawn(string baseline) =>
            [.. SelectedRows.Read(Path.Combine(experiment.Out, "pool", baseline, "lazy", "selected_train_data.jsonl")).Select(row => row.Index)];
    }

    [Fact]
    public async Task Rows_of_a_selection_with_nothing_to_train_on_are_counted_once()
    {
        using var experiment = new TestExperiment { TrainMethods = [], EvalMethods = [], Baselines = ["random"], TopK = 80, Seeds = [0, 1] }.WithData(80);
        var rows = File.ReadAllLines(experiment.Train);
        // The template knows no calls, so that it writes nothing for the answer.
        rows[7] = """{"treatment_messages":[{"role":"user","content":"Weather?"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f"}}]}]"""
            + ""","behaviour":"none"}""";
        experiment.Write("pool.jsonl", rows);
        var build = await experiment.RunAsync([.. Selecting, "FineTune"]);
        var warnings = build.Lines["FineTune"].Where(line => line.Kind == "warning").ToArray();
        warnings.Length.ShouldBe(2, "each seed draws rows of its own");
        warnings.ShouldAllBe(warning => warning.Code == "ATTR1605" && warning.Row == 7 && warning.File!.EndsWith("train.jsonl"));
        warnings[0].Text.ShouldContain("1 of the 80 rows of pool/random/lazy/seed0 have nothing to train on");
        (await experiment.RunAsync([.. Selecting, "FineTune"])).StagesThatRan.ShouldBeEmpty();
    }

    [Fact]
    public async Task Rds_is_of_the_last_block_whatever_the_layer_and_pairs_with_itself()
    {
        using var experiment = new TestExperiment { TrainMethods = ["residual_treatment", "rds"], EvalMethods = ["rds", "residual_treatment"] }.WithData(80);
        await experiment.RunAsync(Selecting);
        experiment.Outputs().Keys.Where(f => f.EndsWith("config.json", StringComparison.Ordinal)).ShouldBe(
            ["pool/random/lazy/config.json", "pool/rds/lazy.rds/config.json", "pool/residual_treatment/lazy.residual_treatment.layer1/config.json"],
                ignoreOrder: true);
        var before = experiment.Outputs();
        experiment.Layers = [2];
        experiment.Layer = 2;
        await experiment.RunAsync(Selecting);
        var after = experiment.Outputs();
        before.Where(f => f.Key.Contains("rds", StringComparison.Ordinal) && !f.Key.EndsWith("config.json", StringComparison.Ordinal)).ShouldAllBe(f =>
            after[f.Key] == f.Value);

        experiment.EvalMethods = ["residual_treatment"];
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        experiment.Prepare();
        (await experiment.FailAsync("SelectTrainingData")).Text.ShouldContain("rds has nothing to compare with");
    }

    private static IReadOnlyList<ScoredRow> Scores(TestExperiment experiment, string baseline) =>
        ScoredRows.Read(Path.Combine(experiment.Out, "pool", baseline, "lazy", "scores.parquet"));
}
