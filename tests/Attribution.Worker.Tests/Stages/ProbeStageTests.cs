using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Stages;

public sealed class ProbeStageTests
{
    private const string Facts = "pool/residual_treatment/lazy.residual_treatment.layer1/selection.json";
    private static readonly string[] Stages = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData"];

    [Fact]
    public async Task A_probe_is_trained_once_for_an_evaluation_set_and_kept()
    {
        using var experiment = new TestExperiment
        {
            Scoring = "linear",
            TrainMethods = ["residual_treatment"],
            EvalMethods = ["residual_treatment"]
        }.WithData(80);
        await experiment.RunAsync(Stages);
        var facts = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, Facts)))!;
        ((double)facts["probe_validation_accuracy"]!).ShouldBeInRange(0, 1);
        ((int)facts["probe_epochs"]!).ShouldBeGreaterThan(0);
        ((int)facts["eval_rows"]!).ShouldBe(24, "both vectors of each pair");
        var probe = Directory.GetFiles(experiment.Store, "probe.safetensors", SearchOption.AllDirectories).ShouldHaveSingleItem();

        // Another choice from the same scores trains nothing.
        var written = File.GetLastWriteTimeUtc(probe);
        experiment.TopK = 5;
        (await experiment.RunAsync(Stages)).StagesThatRan.ShouldBe(["SelectTrainingData"]);
        File.GetLastWriteTimeUtc(probe).ShouldBe(written);
        File.ReadLines(Path.Combine(experiment.Out, Path.GetDirectoryName(Facts)!, "selected_train_data.jsonl")).Count().ShouldBe(5);
    }
}
