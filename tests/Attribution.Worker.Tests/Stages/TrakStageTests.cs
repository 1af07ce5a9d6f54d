using System.Text.Json.Nodes;
using Attribution.Methods;
using Attribution.Selection;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Projected gradients of weights among the stages.</summary>
public sealed class TrakStageTests
{
    [Fact]
    public async Task Vectors_of_the_whole_model_are_made_once_beside_those_of_layers_and_pair_with_their_like()
    {
        using var experiment = new TestExperiment
        {
            TrainMethods = ["residual_change_treatment", "trak"],
            EvalMethods = ["trak", "residual_diff"],
            Layers = [1, 2],
            Projection = new { dimension = 64 },
        }.WithData(80);
        string[] stages = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData"];
        await experiment.RunAsync(stages);
        var before = experiment.Outputs();
        before.Keys.Where(f => f.StartsWith("pool/trak/", StringComparison.Ordinal)).ShouldBe(
        [
            "pool/trak/data-00000.parquet", "pool/trak/lazy.trak/config.json", "pool/trak/lazy.trak/scores.parquet",
                "pool/trak/lazy.trak/selected_train_data.jsonl",
            "pool/trak/lazy.trak/selection.json", "pool/trak/projection.json", "pool/trak/scores-all.parquet",
        ], ignoreOrder: true);
        before.Keys.Where(f => f.EndsWith("config.json", StringComparison.Ordinal)).ShouldBe(
            ["pool/random/lazy/config.json", "pool/residual_change_treatment/lazy.residual_diff.layer1/config.json", "pool/trak/lazy.trak/config.json"],
                ignoreOrder: true);
        JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "lazy", "trak", "projection.json")))!.ToJsonString()
            .ShouldBe(
                """{"kind":"kronecker","dimension":64,"seed":0,"layers":"layers\\.\\d\u002B\\.(self_attn|mlp)\\.(q|k|v|o|gate|up|down)_proj","formula":1}""");

        // Another projection is another vector; nothing else runs again.
        experiment.Projection = new { dimension = 64, seed = 1 };
        await experiment.RunAsync(stages);
        var after = experiment.Outputs();
        before.Keys.Where(f => before[f] != after[f] && f.Contains("scores", StringComparison.Ordinal)).ShouldBe(
            ["lazy/trak/scores-all.parquet", "pool/trak/lazy.trak/scores.parquet", "pool/trak/scores-all.parquet"], ignoreOrder: true);
        (await experiment.RunAsync(stages)).StagesThatRan.ShouldBeEmpty();
    }

    [Fact]
    public async Task Scorings_by_second_moments_are_runs_of_their_own_and_their_options_select_again_and_nothing_else()
    {
        using var experiment = new TestExperiment
        {
            TrainMethods = ["trak"],
            EvalMethods = ["trak"],
            Scorings = ["cos_sim", "trak_full", "trackstar"],
            Projection = new { dimension = 64 },
        }.WithData(120);
        string[] stages = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData"];
        await experiment.RunAsync(stages);
        var before = experiment.Outputs();
        Scores("cos_sim").ShouldNotBe(Scores("trak_full"));
        Scores("trak_full").ShouldNotBe(Scores("trackstar"));
        var vectors = VectorFolder.Open(Path.Combine(experiment.Out, "pool", "trak"), VectorKey.WholeModel);
        RowScorer.From(ScoringMethod.TrackStar, VectorFolder.Open(Path.Combine(experiment.Out, "lazy", "trak"),
            VectorKey.WholeModel)).Score(vectors).ShouldBe(Scores("trackstar"));

        // The mixture is one of trackstar alone.
        experiment.Whitening = new { mixture = 0.5 };
        (await experiment.RunAsync(stages)).StagesThatRan.ShouldBe(["SelectTrainingData"]);
        var after = experiment.Outputs();
        before.Keys.Where(f => before[f] != after[f] && f.EndsWith("scores.parquet",
            StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("trackstar");

        IReadOnlyList<ScoredRow> Scores(string scoring) => ScoredRows.Read(Directory.EnumerateFiles(experiment.Out, "scores.parquet",
            SearchOption.AllDirectories)
            .Single(file => file.Contains(scoring, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_projection_that_nothing_uses_makes_nothing_run()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        experiment.Projection = new { dimension = 64, kind = "sparse" };
        (await experiment.RunAsync("ImportDatasets", "ComputeAttribution")).StagesThatRan.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_compared_or_projected_is_an_error()
    {
        using var experiment = new TestExperiment { EvalMethods = ["trak"], Projection = new { dimension = 63 } }.WithData(80);
        await experiment.RunAsync("ImportDatasets");
        (await Fail("ComputeAttribution", "ATTR1411")).ShouldContain("a square number");
        experiment.Projection = new { dimension = 64, layers = "q_prj" };
        (await Fail("ComputeAttribution", "ATTR1411")).ShouldContain("model.layers.0.self_attn.q_proj");

        experiment.Projection = new { dimension = 64 };
        await experiment.RunAsync("ComputeAttribution");
        (await Fail("SelectTrainingData", "ATTR1521")).ShouldContain("trak has nothing to compare with");

        experiment.TrainMethods = ["trak"];
        experiment.Scoring = "cos_sim_debias_eval";
        await experiment.RunAsync("ComputeAttribution");
        (await Fail("SelectTrainingData", "ATTR1521")).ShouldContain("Use another scoring method");

        async Task<string> Fail(string stage, string code)
        {
            experiment.Prepare();
            var error = await experiment.FailAsync(stage);
            error.Code.ShouldBe(code, error.ToString());
            return error.Text;
        }
    }
}
