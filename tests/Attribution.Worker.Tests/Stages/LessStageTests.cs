namespace Attribution.Worker.Tests.Stages;

/// <summary><c>less</c> among the stages.</summary>
public sealed class LessStageTests
{
    private static readonly string[] Selecting = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData"];

    [Fact]
    public async Task A_warm_up_is_trained_once_and_an_evaluation_row_more_computes_no_training_row_again()
    {
        using var experiment = Less();
        await experiment.RunAsync();
        File.ReadLines(Path.Combine(experiment.Out, "pool", "less", "lazy.less", "selected_train_data.jsonl")).Count().ShouldBe(8);
        var warmUp = Directory.EnumerateDirectories(Path.Combine(experiment.Store, "less-warm-ups")).ShouldHaveSingleItem();
        foreach (var file in new[] { "loss.jsonl", "epoch-1/adapter_model.safetensors", "epoch-2/optimizer.safetensors" })
            File.Exists(Path.Combine(warmUp, file)).ShouldBeTrue(file);
        File.ReadLines(Path.Combine(warmUp, "loss.jsonl")).Count().ShouldBe(2 * 3); // a tenth of 120 rows in batches of 4, twice
        (await experiment.RunAsync()).StagesThatRan.ShouldBeEmpty();

        var before = experiment.Outputs();
        File.AppendAllLines(experiment.Eval, [TestRows.Pairs(20).Last()]);
        await experiment.RunAsync(Selecting);
        var after = experiment.Outputs();
        Directory.EnumerateDirectories(Path.Combine(experiment.Store, "less-warm-ups")).ShouldHaveSingleItem().ShouldBe(warmUp);
        after["pool/less/scores-all.parquet"].ShouldBe(before["pool/less/scores-all.parquet"]);
        after["lazy/less/scores-all.parquet"].ShouldNotBe(before["lazy/less/scores-all.parquet"]);

        experiment.Less = new { share = 0.1, epochs = 2, learningRate = 0.02, lora = new { targets = new[] { "q_proj" } } };
        (await experiment.RunAsync(Selecting)).StagesThatRan.ShouldBe(["ComputeAttribution", "SelectTrainingData"]);
        Directory.EnumerateDirectories(Path.Combine(experiment.Store, "less-warm-ups")).Count().ShouldBe(2);
    }

    [Fact]
    public async Task Two_stores_have_equal_bytes_and_less_pairs_with_itself_beside_other_methods()
    {
        using var experiment = Less();
        experiment.TrainMethods = ["less", "residual_treatment"];
        experiment.EvalMethods = ["residual_treatment", "less"];
        await experiment.RunAsync(Selecting);
        experiment.Outputs().Keys.Where(f => f.EndsWith("scores.parquet", StringComparison.Ordinal)).ShouldBe(
            ["pool/less/lazy.less/scores.parquet", "pool/random/lazy/scores.parquet", "pool/residual_treatment/lazy.residual_treatment.layer1/scores.parquet"],
                ignoreOrder: true);
        using var fresh = new TestExperiment(experiment.Root, "fresh", store: "fresh-store")
        {
            TrainMethods = experiment.TrainMethods,
            EvalMethods = experiment.EvalMethods,
            Less = experiment.Less,
            Projection = experiment.Projection,
        }.WithData(120);
        await fresh.RunAsync(Selecting);
        fresh.Outputs().ShouldBe(experiment.Outputs());
    }

    private static TestExperiment Less() => new TestExperiment
    {
        TrainMethods = ["less"],
        EvalMethods = ["less"],
        Less = new { share = 0.1, epochs = 2, learningRate = 0.01, lora = new { targets = new[] { "q_proj" } } },
        Projection = new { dimension = 64 },
    }.WithData(120);
}
