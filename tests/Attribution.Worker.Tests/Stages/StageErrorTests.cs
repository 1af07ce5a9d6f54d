using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Stages;

/// <summary>What a user can get wrong: one line that says what, where and what to do.</summary>
public sealed class StageErrorTests
{
    [Fact]
    public async Task A_wrong_dataset_is_an_error_that_names_file_row_and_column()
    {
        using var experiment = new TestExperiment().WithData(80);
        async Task Expect(string code, int? row, string? property, params string[] lines)
        {
            experiment.Train = experiment.Write("pool.jsonl", lines);
            experiment.Prepare();
            Should(await experiment.FailAsync("ImportDatasets"), code, experiment.Train, row, property);
        }

        await Expect("ATTR1304", 1, null, TestRows.PoolRow(0), "{\"treatment_messages\": ");
        await Expect("ATTR1305", null, "treatment_messages", """{"text": "hello"}""");
        await Expect("ATTR1308", null, null);
        await Expect("ATTR1314", 1, "treatment_messages", TestRows.PoolRow(0), """{"treatment_messages": [{"role": "user", "content": "hello"}]}""");
        experiment.Train = Path.Combine(experiment.Folder, "nowhere.parquet");
        experiment.Prepare();
        Should(await experiment.FailAsync("ImportDatasets"), "ATTR1301", experiment.Train, null, null);
        experiment.Train = experiment.Write("broken.parquet", ["no parquet"]);
        experiment.Prepare();
        Should(await experiment.FailAsync("ImportDatasets"), "ATTR1303", experiment.Train, null, null);
    }

    [Fact]
    public async Task Prompts_that_end_with_an_answer_are_asked_without_it_and_that_is_said_once()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Prompts = experiment.Write("sft.prompts.jsonl",
        [
            """{"messages":[{"role":"user","content":"Is my plan good?"}]}""",
            """{"messages":[{"role":"user","content":"Is my cake good?"},{"role":"assistant","content":"It lacks salt."}]}""",
            """{"messages":[{"role":"user","content":"Is my tea good?"},{"role":"assistant","content":"No."}]}""",
        ]);
        var build = await experiment.RunAsync("ImportDatasets");
        var warning = build.Lines["ImportDatasets"].Single(line => line.Kind == "warning");
        (warning.Code, warning.File, warning.Row).ShouldBe(("ATTR1326", experiment.Prompts, 1));
        warning.Text.ShouldContain("2 of the 3 prompts of 'lazy'");
    }

    [Fact]
    public async Task Rows_whose_answers_render_to_nothing_are_reported_and_have_no_vector()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Train = experiment.Write("pool.jsonl",
        [
            .. TestRows.Pool(79),
            """{"treatment_messages":[{"role":"user","content":"Weather?"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f"}}]}]"""
                + ""","behaviour":"none"}""",
        ]);
        var build = await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        var warning = build.Lines["ComputeAttribution"].Single(line => line.Kind == "warning");
        (warning.Code, warning.File, warning.Row).ShouldBe(("ATTR1406", experiment.Train, 79));
    }

    [Fact]
    public async Task Two_datasets_of_one_name_are_an_error()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Eval = experiment.Train;
        experiment.Prepare();
        var error = await experiment.FailAsync("ImportDatasets");
        Should(error, "ATTR1951", experiment.Train, null, "Name");
    }

    [Fact]
    public async Task A_row_without_control_is_an_error_before_any_vector_is_computed_where_a_method_reads_it()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Eval = experiment.Write("lazy.jsonl", [.. TestRows.Pairs(3), .. TestRows.Pool(1)]);
        await experiment.RunAsync("ImportDatasets");
        var error = await experiment.FailAsync("ComputeAttribution");
        Should(error, "ATTR1404", experiment.Eval, 3, "control_messages");
        Directory.Exists(Path.Combine(experiment.Store, "vector-blocks")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_column_of_planted_rows_that_no_row_has_is_an_error_and_no_share_of_zero()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Train = experiment.Write("pool.jsonl", TestRows.Pool(80).Select(row => row.Replace("\"behaviour\"", "\"behavior\"")));
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        Should(await experiment.FailAsync("SelectTrainingData"), "ATTR1305", null, null,
            "PlantedColumn").Text.ShouldContain("No training row has the column 'behaviour'");
    }

    [Fact]
    public async Task A_wrong_name_lists_the_known_ones()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");

        experiment.TrainMethods = ["residual"];
        experiment.Prepare();
        Should(await experiment.FailAsync("ComputeAttribution"), "ATTR1401", null, null, "residual").Text.ShouldContain("residual_diff");

        experiment.Scoring = "cosine";
        experiment.Prepare();
        Should(await experiment.FailAsync("SelectTrainingData"), "ATTR1501", null, null, "ScoringMethod").Text.ShouldContain("cos_sim_debias_eval");
    }

    [Fact]
    public async Task What_does_not_fit_model_or_data_is_an_error()
    {
        using var experiment = new TestExperiment { Layers = [3] }.WithData(80);
        await experiment.RunAsync("ImportDatasets");
        Should(await experiment.FailAsync("ComputeAttribution"), "ATTR1403", null, null, "AttributionLayer").Text.ShouldContain("0 to 2");

        experiment.Layers = [1];
        await experiment.RunAsync("ComputeAttribution");
        experiment.TopK = 81;
        experiment.Prepare();
        Should(await experiment.FailAsync("SelectTrainingData"), "ATTR1502", null, null, "TopK");

        File.Delete(Path.Combine(experiment.Model, "model.safetensors"));
        Should(await experiment.FailAsync("ComputeAttribution"), "ATTR1121", experiment.Model, null, "model.safetensors");
    }

    [Fact]
    public async Task A_request_that_cannot_be_read_names_its_property()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Prepare();
        var file = experiment.RequestFile("SelectTrainingData");
        var request = JsonNode.Parse(File.ReadAllText(file))!;
        request["topK"] = "many";
        File.WriteAllText(file, request.ToJsonString());
        Should(await experiment.FailAsync("SelectTrainingData"), "ATTR1950", file, null, "topK");
        File.WriteAllText(file, "{");
        Should(await experiment.FailAsync("SelectTrainingData"), "ATTR1950", file, null, null);
        File.Delete(file);
        Should(await experiment.FailAsync("SelectTrainingData"), "ATTR1950", file, null, null);
    }

    [Fact]
    public async Task A_stage_without_the_stages_before_it_says_which_to_run()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Prepare();
        var error = await experiment.FailAsync("FineTune");
        Should(error, "ATTR1952", Path.Combine(experiment.State, "SelectTrainingData.result.json"), null, null);
        error.Text.ShouldContain("Run SelectTrainingData first");
    }

    [Fact]
    public async Task What_nobody_foresaw_is_one_line_and_a_trace_only_for_who_asks()
    {
        using var experiment = new TestExperiment { Plugin = typeof(StageErrorTests).Assembly.Location, TrainMethods = ["test_failing"] }.WithData(80);
        await experiment.RunAsync("ImportDatasets");
        var (code, lines) = await experiment.RunStageAsync("ComputeAttribution");
        code.ShouldBe(1);
        var error = lines.Single(l => l.Kind == "error");
        error.Code.ShouldBe("ATTR1999");
        error.Text.ShouldContain("the method thought of nothing");
        lines.ShouldNotContain(l => l.Text.Contains("   at "));

        (_, lines) = await experiment.RunStageAsync("ComputeAttribution", "--verbose");
        lines.ShouldContain(l => l.ToString().Contains(nameof(OwnFailingMethod)));
    }

    private static WorkerLine Should(WorkerLine error, string code, string? file, int? row, string? property)
    {
        (error.Code, error.File, error.Row, error.Property).ShouldBe((code, file, row, property), error.ToString());
        return error;
    }
}
