using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Seeds and axes: what each of their values computes, and how its results are named.</summary>
public sealed class SweepTests
{
    [Fact]
    public async Task A_seed_added_computes_its_own_trainings_and_what_follows_them_alone()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        experiment.Seeds = [0, 1];
        var build = await experiment.RunAsync();
        build.StagesThatRan.ShouldBe(["SelectTrainingData", "FineTune", "Evaluate", "Judge", "CollectMetrics"]);
        Ran(experiment, "SelectTrainingData").ShouldBe((1, 4), "the draw at random follows the seed, and no other selection does");
        Ran(experiment, "FineTune").ShouldBe((2, 4));
        Ran(experiment, "Evaluate").ShouldBe((5, 11), "the base model's losses have no seed, its answers do");
        Ran(experiment, "Judge").ShouldBe((3, 6));

        Metrics(experiment).Select(run => run.Key).ShouldBe([
            "pool/residual_change_treatment/lazy.residual_diff.layer1/seed0", "pool/residual_change_treatment/lazy.residual_diff.layer1/seed1",
            "pool/random/lazy/seed0", "pool/random/lazy/seed1", "none/lazy/seed0", "none/lazy/seed1"]);
        Directory.EnumerateFiles(experiment.Out, "selected_train_data.jsonl", SearchOption.AllDirectories).Select(f =>
            Path.GetRelativePath(experiment.Out, f)).Order(StringComparer.Ordinal).ShouldBe([
            "pool/random/lazy/seed0/selected_train_data.jsonl", "pool/random/lazy/seed1/selected_train_data.jsonl",
            "pool/residual_change_treatment/lazy.residual_diff.layer1/selected_train_data.jsonl"]);
        File.ReadAllText(Path.Combine(experiment.Out, "pool/random/lazy/seed0/selected_train_data.jsonl"))
            .ShouldNotBe(File.ReadAllText(Path.Combine(experiment.Out, "pool/random/lazy/seed1/selected_train_data.jsonl")));
        foreach (var seed in new[] { "seed0", "seed1" })
            File.Exists(Path.Combine(experiment.Out, $"tensorboard/pool/random/lazy/{seed}/events.out.tfevents.0.attribution")).ShouldBe(true, seed);

        (await experiment.RunAsync()).StagesThatRan.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_runs_of_a_seed_are_what_they_are_without_the_others()
    {
        using var experiment = new TestExperiment { Seeds = [3] }.WithData(80);
        await experiment.RunAsync();
        var alone = Metrics(experiment);
        alone.Select(run => run.Key).ShouldBe(["pool/residual_change_treatment/lazy.residual_diff.layer1", "pool/random/lazy", "none/lazy"]);

        using var both = new TestExperiment(experiment.Root, "both", store: "other-store") { Seeds = [0, 3] }.WithData(80);
        await both.RunAsync();
        foreach (var (name, run) in alone)
        {
            // One seed's run is a line of the table by itself, and there it is compared with the draw at random.
            var metrics = run!["metrics"]!.AsObject();
            foreach (var compared in metrics.Select(metric => metric.Key).Where(metric => metric.Contains("_over_random", StringComparison.Ordinal)).ToArray())
                metrics.Remove(compared);
            Metrics(both)[$"{name}/seed3"]!.ToJsonString().ShouldBe(run.ToJsonString());
        }
    }

    [Fact]
    public async Task A_k_added_computes_its_selections_and_what_follows_them_alone()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        experiment.TopKs = [8, 6];
        var build = await experiment.RunAsync();
        build.StagesThatRan.ShouldBe(["SelectTrainingData", "FineTune", "Evaluate", "Judge", "CollectMetrics"]);
        Ran(experiment, "SelectTrainingData").ShouldBe((2, 5));
        Ran(experiment, "FineTune").ShouldBe((2, 4));
        Ran(experiment, "Evaluate").ShouldBe((4, 10));
        var runs = Metrics(experiment);
        runs.Select(run => run.Key).ShouldBe([
            "pool/residual_change_treatment/lazy.residual_diff.layer1.k8", "pool/residual_change_treatment/lazy.residual_diff.layer1.k6",
            "pool/random/lazy.k8", "pool/random/lazy.k6", "none/lazy"]);
        runs.Take(4).Select(run => (int)run.Value!["settings"]!["top_k"]!).ShouldBe([8, 6, 8, 6]);
        // The fewer are the best of the more.
        Rows("k8")[..6].ShouldBe(Rows("k6"));

        string[] Rows(string k) => File.ReadAllLines(Path.Combine(experiment.Out,
            $"pool/residual_change_treatment/lazy.residual_diff.layer1.{k}/selected_train_data.jsonl"));
    }

    [Fact]
    public async Task Every_axis_is_in_the_names_of_its_runs_and_in_their_settings_where_it_has_one_value_too()
    {
        using var experiment = new TestExperiment { Scorings = ["cos_sim", "dot_product"], LearningRates = [0.001, 0.01], Seeds = [0, 1] }.WithData(80);
        await experiment.RunAsync();
        var runs = Metrics(experiment);
        runs.Count.ShouldBe((2 * 2 * 2) + (2 * 2) + 2);
        var run = runs["pool/residual_change_treatment/lazy.residual_diff.layer1.dot_product/lr0.01.seed1"].ShouldNotBeNull()["settings"]!;
        run.ToJsonString().ShouldBe(
            """{"train":"pool","eval":"lazy","attribution":"residual_change_treatment","selection":"residual_diff","layer":1,"top_k":8"""
            + ""","scoring_method":"dot_product","learning_rate":0.01,"epochs":1,"lora_rank":4,"seed":1,"planted_share":0.2}""");
        runs["pool/random/lazy/lr0.001.seed0"].ShouldNotBeNull();
        Ran(experiment, "SelectTrainingData").ShouldBe((5, 5), "two scorings and two draws, and nothing for each learning rate");
    }

    [Fact]
    public async Task A_probe_is_trained_with_each_seed_and_once_for_all_k()
    {
        using var experiment = new TestExperiment
        {
            TrainMethods = ["residual_treatment"],
            EvalMethods = ["residual_treatment"],
            Scoring = "linear",
            Seeds = [0, 1],
            TopKs = [4, 5]
        }.WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution", "SelectTrainingData");
        Directory.GetDirectories(Path.Combine(experiment.Store, "probes")).Length.ShouldBe(2);
        Ran(experiment, "SelectTrainingData").ShouldBe((9, 9));
        File.Exists(Path.Combine(experiment.Out, "pool/residual_treatment/lazy.residual_treatment.layer1.k5/seed1/selected_train_data.jsonl")).ShouldBeTrue();
    }

    private static (int Ran, int All) Ran(TestExperiment experiment, string stage) =>
        ((int)experiment.Summary(stage)["ran"]!, (int)experiment.Summary(stage)["jobs"]!);

    private static JsonObject Metrics(TestExperiment experiment) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!["runs"]!.AsObject();
}
