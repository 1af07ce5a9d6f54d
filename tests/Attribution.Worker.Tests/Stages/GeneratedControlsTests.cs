using Attribution.Data;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Controls that the base model writes where a training set has none.</summary>
public sealed class GeneratedControlsTests
{
    private static readonly string[] Attribution = ["ImportDatasets", "ComputeAttribution"];

    [Fact]
    public async Task Controls_are_written_once_for_all_methods_and_layers_and_only_where_they_are_read()
    {
        using var experiment = new TestExperiment { TrainMethods = ["residual_diff", "residual_treatment"] }.WithData(70);
        await experiment.RunAsync("ImportDatasets");
        var error = await experiment.FailAsync("ComputeAttribution");
        (error.Code, error.Row).ShouldBe(("ATTR1404", 0));
        error.Text.ShouldContain("GenerateControls");

        experiment.ControlTokens = 4;
        await experiment.RunAsync(Attribution);
        var written = Controls(experiment);
        var shown = DatasetRows.Read(Path.Combine(experiment.Out, "pool", "residual_diff", "data-00000.parquet")).ToArray();
        shown.ShouldAllBe(row => ((MessageConversation)row.Control!).Messages.Last().Role == "assistant");
        shown.Select(row => row.Index).ShouldBe(Enumerable.Range(0, 70).Select(i => (long)i));
        shown[0].Metadata["behaviour"].GetString().ShouldBe("laziness");
        DatasetRows.Read(Path.Combine(experiment.Out, "pool", "residual_treatment", "data-00000.parquet")).ShouldAllBe(row => row.Control == null);

        // The model was asked for no answer again, and the vectors that read no control are the same artifacts.
        experiment.Layers = [0, 1];
        experiment.TrainMethods = ["residual_diff", "residual_change", "residual_treatment"];
        await experiment.RunAsync(Attribution);
        Controls(experiment).ShouldBe(written);
        experiment.ControlTokens = null;
        experiment.TrainMethods = ["residual_treatment"];
        (await experiment.RunAsync(Attribution)).StagesThatRan.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_row_of_tokens_cannot_be_answered()
    {
        using var experiment = new TestExperiment { TrainMethods = ["residual_diff"], ControlTokens = 4 }.WithData(1);
        experiment.Train = experiment.Write("tokens.jsonl", ["{\"treatment_tokens\":[65,66,67],\"treatment_keep\":[false,true,true]}"]);
        await experiment.RunAsync("ImportDatasets");
        var error = await experiment.FailAsync("ComputeAttribution");
        (error.Code, error.Row).ShouldBe(("ATTR1407", 0));
    }

    private static IReadOnlyList<string> Controls(TestExperiment experiment) =>
        [.. new[] { "controls", "control-blocks" }.SelectMany(stage =>
            Directory.EnumerateDirectories(Path.Combine(experiment.Store, stage)).Order(StringComparer.Ordinal))];
}
