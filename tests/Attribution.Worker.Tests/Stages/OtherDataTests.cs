using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Pipeline;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Data, templates and losses other than the usual ones, through the stages.</summary>
public sealed class OtherDataTests
{
    [Fact]
    public async Task Another_format_is_named_in_the_build_s_line_and_every_stage_runs_on_it()
    {
        using var experiment = new TestExperiment { PlantedColumn = null }.WithData(80);
        experiment.Train = experiment.Write("pool.jsonl", Enumerable.Range(0, 80).Select(i => JsonSerializer.Serialize(new
        {
            conversations = new[] { new { from = "human", value = $"Tell me about tea {i}." },
                new { from = "gpt", value = i % 5 == 0 ? "Look it up." : $"There is much to say, {i * 7919 % 1000}." } },
        })));
        var build = await experiment.RunAsync();
        build.Texts("ImportDatasets", "message").ShouldBe(["pool: read as ShareGPT"]);
        experiment.Outputs().Keys.ShouldContain("pool/random/lazy/selected_train_data.jsonl");

        experiment.Format = "sharegpt";
        build = await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        // The rows came out equal, so that nothing follows.
        build.StagesThatRan.ShouldBe(["ImportDatasets"]);
    }

    [Fact]
    public async Task Loss_and_chat_template_are_new_vectors_where_they_are_set_and_nothing_where_they_are_not()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Train = experiment.Write("pool.jsonl", Enumerable.Range(0, 80).Select(i => JsonSerializer.Serialize(new
        {
            treatment_messages = new[]
            {
                new { role = "user", content = $"Tea {i}?" }, new { role = "assistant", content = $"Yes {i * 7919 % 1000}." },
                new { role = "user", content = "And snow?" }, new { role = "assistant", content = i % 5 == 0 ? "Look it up." : "No." },
            },
            behaviour = i % 5 == 0 ? "laziness" : "none",
        })));
        string[] stages = ["ImportDatasets", "ComputeAttribution", "SelectTrainingData", "FineTune", "Evaluate"];
        await experiment.RunAsync(stages);
        var usual = Vectors();

        experiment.Loss = "all_turns";
        (await experiment.RunAsync(stages)).StagesThatRan.ShouldContain("FineTune");
        Vectors().ShouldNotBe(usual);

        (experiment.Loss, experiment.ChatTemplate) = (null, "plain");
        (await experiment.RunAsync(stages)).StagesThatRan.ShouldContain("Evaluate");
        Vectors().ShouldNotBe(usual);

        (experiment.Loss, experiment.ChatTemplate) = (null, null);
        (await experiment.RunAsync(stages)).StagesThatRan.ShouldBeEmpty();
        Vectors().ShouldBe(usual);

        string Vectors() => experiment.Outputs()["pool/residual_change_treatment/scores-1.parquet"];
    }

    [Theory]
    [InlineData("behaviour", "laziness")]
    [InlineData("behaviour", null)]
    [InlineData(null, "laziness")]
    public async Task Two_sets_of_the_same_rows_are_both_selected_from_whichever_names_a_planted_column(string? plantedColumn, string? trait)
    {
        using var experiment = new TestExperiment { PlantedColumn = null }.WithData(80);
        experiment.Prepare();
        foreach (var stage in (string[])["ImportDatasets", "ComputeAttribution", "SelectTrainingData"])
        {
            var request = JsonNode.Parse(File.ReadAllText(experiment.RequestFile(stage)))!;
            request["train"]!.AsArray().Add(stage switch
            {
                "ImportDatasets" => new JsonObject { ["name"] = "again", ["path"] = experiment.Train },
                "ComputeAttribution" => "again",
                _ => new JsonObject { ["name"] = "again", ["plantedColumn"] = plantedColumn },
            });
            if (stage == "SelectTrainingData")
                request["eval"]![0]!["trait"] = trait;
            File.WriteAllText(experiment.RequestFile(stage), request.ToJsonString());
            var (code, lines) = await experiment.RunStageAsync(stage);
            code.ShouldBe(0, string.Join(Environment.NewLine, lines));
        }
        var outputs = experiment.Outputs();
        foreach (var run in (string[])["residual_change_treatment/lazy.residual_diff.layer1", "random/lazy"])
        {
            outputs[$"again/{run}/selected_train_data.jsonl"].ShouldBe(outputs[$"pool/{run}/selected_train_data.jsonl"]);
            Finds($"pool/{run}").ShouldBeFalse();
            Finds($"again/{run}").ShouldBe(plantedColumn is not null && trait is not null);
        }

        bool Finds(string run) => SelectionFacts.Read(Path.Combine(experiment.Out, run, "selection.json")).PrecisionAtK is not null;
    }

    [Fact]
    public async Task An_adapter_names_its_base_without_this_machine_s_path()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution", "SelectTrainingData", "FineTune");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "pool/random/lazy/selected_data/adapter_config.json")))!;
        ((string?)config["base_model_name_or_path"]).ShouldBe("model");
        // PEFT resolves it where it runs in the folder around the model's.
        Directory.Exists(Path.Combine(experiment.Root, "model")).ShouldBeTrue();
    }

    [Fact]
    public void A_malformed_env_file_is_an_error_that_says_nothing_of_what_is_in_it()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Prepare();
        experiment.Write(".env", ["OPENAI_API_KEY=\"sk-secret-unclosed", "B=1"]);
        using var stage = new StageProcess(experiment, "ImportDatasets", [], []);
        var (code, output) = stage.Finish();
        code.ShouldBe(1);
        output.ShouldContain("ATTR1655");
        output.ShouldNotContain("secret");
        output.ShouldNotContain("unclosed");
    }

    [Fact]
    public void Lines_of_an_env_file_that_are_not_of_ours_are_skipped_with_a_warning_and_the_others_count()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Prepare();
        experiment.Write(".env", ["alias x=y-never-shown", "# a comment", "export HF_TOKEN='a b'", "  if [ -f never-shown ]; then", "source never-shown",
            "HF_HUB_DOWNLOAD_TIMEOUT=not-a-number", ""]);
        using var stage = new StageProcess(experiment, "ImportDatasets", [], []);
        var (code, output) = stage.Finish();
        code.ShouldBe(0, output);
        var warnings = WorkerLine.Parse(output).Where(l => l.Kind == "warning" && l.Code == "ATTR1656").Select(l => l.Text).ToArray();
        warnings.Length.ShouldBe(3);
        warnings[1].ShouldStartWith("Line 4 of ");
        output.ShouldNotContain("never-shown");
    }

    [Fact]
    public void An_env_file_that_is_a_pipe_is_an_error_and_not_waited_for()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Prepare();
        System.Diagnostics.Process.Start("mkfifo", Path.Combine(experiment.Folder, ".env")).WaitForExit();
        using var stage = new StageProcess(experiment, "ImportDatasets", [], []);
        stage.Finish().Output.ShouldContain("ATTR1655");
    }

    [Fact]
    public async Task A_loss_or_a_template_that_is_none_is_an_error_that_names_the_choices()
    {
        using var experiment = new TestExperiment { ChatTemplate = "chatlm" }.WithData(80);
        await experiment.RunAsync("ImportDatasets");
        (await experiment.FailAsync("ComputeAttribution")).Text.ShouldContain("alpaca, chatml, plain");
        (experiment.ChatTemplate, experiment.Loss) = (null, "every_turn");
        experiment.Prepare();
        (await experiment.FailAsync("ComputeAttribution")).Text.ShouldContain("Use last_turn or all_turns");
    }
}
