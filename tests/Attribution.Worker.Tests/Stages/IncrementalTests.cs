namespace Attribution.Worker.Tests.Stages;

/// <summary>What a change makes run again, and what not.</summary>
public sealed class IncrementalTests
{
    private static readonly string[] Attribution = ["ImportDatasets", "ComputeAttribution"];

    [Fact]
    public async Task A_changed_k_selects_and_trains_again_and_computes_no_vector()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        experiment.TopK = 6;
        var build = await experiment.RunAsync();
        build.StagesThatRan.ShouldBe(["SelectTrainingData", "FineTune", "Evaluate", "Judge", "CollectMetrics"]);
    }

    [Fact]
    public async Task A_layer_added_computes_that_layer_alone_and_the_same_bytes_as_if_it_had_been_there_from_the_start()
    {
        using var experiment = new TestExperiment { TrainMethods = ["residual_change_treatment", "residual_treatment"], Layers = [1] }.WithData(150);
        await experiment.RunAsync(Attribution);
        var before = Blocks(experiment);
        experiment.Layers = [0, 1, 2];
        await experiment.RunAsync(Attribution);
        // Two methods of the pool and one of the evaluation set, at two layers more.
        Blocks(experiment).Count.ShouldBe(before.Count * 3);
        Blocks(experiment).Intersect(before).Count().ShouldBe(before.Count);

        using var fresh = new TestExperiment(experiment.Root, "fresh", store: "fresh-store")
        {
            TrainMethods = experiment.TrainMethods,
            Layers = experiment.Layers
        }.WithData(150);
        await fresh.RunAsync(Attribution);
        fresh.Outputs().ShouldBe(experiment.Outputs());
    }

    [Theory]
    [InlineData("edited")]
    [InlineData("inserted at the front")]
    [InlineData("appended")]
    public async Task One_row_changed_recomputes_the_one_block_that_holds_it(string how)
    {
        using var experiment = new TestExperiment().WithData(1200);
        var first = await experiment.RunAsync(Attribution);
        first.Blocks.Total.ShouldBeGreaterThan(4);
        first.Blocks.Ran.ShouldBe(first.Blocks.Total);

        var rows = File.ReadAllLines(experiment.Train).ToList();
        if (how == "edited")
            rows[600] = TestRows.PoolRow(600, "Something else altogether.");
        else
            rows.Insert(how == "appended" ? rows.Count : 0, TestRows.PoolRow(5000));
        experiment.Write("pool.jsonl", rows);
        var build = await experiment.RunAsync(Attribution);
        build.Blocks.Ran.ShouldBe(1);
        build.Summary("ComputeAttribution").ShouldStartWith($"ran 1 of {build.Blocks.Total} blocks, ");

        // As if it had been computed from nothing.
        using var fresh = new TestExperiment(experiment.Root, "fresh", store: "fresh-store").WithData();
        fresh.Train = fresh.Write("pool.jsonl", rows);
        await fresh.RunAsync(Attribution);
        fresh.Outputs().ShouldBe(experiment.Outputs());
    }

    [Fact]
    public async Task A_dataset_written_anew_with_equal_content_is_imported_and_nothing_more()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        var text = File.ReadAllText(experiment.Train);
        File.WriteAllText(experiment.Train, text.Replace("\",\"", "\", \""));
        (await experiment.RunAsync()).StagesThatRan.ShouldBe(["ImportDatasets"]);
    }

    [Fact]
    public async Task Scores_that_change_without_changing_the_choice_train_nothing()
    {
        using var experiment = new TestExperiment { TopK = 80 }.WithData(80);
        await experiment.RunAsync();
        // All rows are chosen either way, by other scores and in another order.
        experiment.EvalMethods = ["residual_treatment"];
        (await experiment.RunAsync()).StagesThatRan.ShouldBe(["ComputeAttribution", "SelectTrainingData", "CollectMetrics"]);
    }

    [Fact]
    public async Task Another_experiment_takes_the_vectors_that_are_there()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync(Attribution);
        using var other = new TestExperiment(experiment.Root, "other") { TrainMethods = ["residual_treatment", "residual_change_treatment"] }.WithData(80);
        var build = await other.RunAsync(Attribution);
        build.StagesThatRan.ShouldBe(["ComputeAttribution"]);
        ((int)other.Summary("ComputeAttribution")["ran"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_file_of_the_models_folder_that_is_no_part_of_the_model_does_not_count()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync(Attribution);
        File.WriteAllText(Path.Combine(experiment.Model, "README.md"), "read me");
        (await experiment.RunAsync(Attribution)).StagesThatRan.ShouldBeEmpty();
        TinyChatModel.Write(experiment.Model, seed: 2);
        (await experiment.RunAsync(Attribution)).StagesThatRan.ShouldBe(["ComputeAttribution"]);
    }

    private static IReadOnlyList<string> Blocks(TestExperiment experiment) =>
        [.. Directory.EnumerateDirectories(Path.Combine(experiment.Store, "vector-blocks")).Select(f => Path.GetFileName(f)!)];
}
