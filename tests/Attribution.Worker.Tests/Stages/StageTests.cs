using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Stages;

/// <summary>The stages one after the other, each started as a build starts it.</summary>
public sealed class StageTests
{
    [Fact]
    public async Task Every_stage_runs_and_leaves_its_results_where_people_look_for_them()
    {
        using var experiment = new TestExperiment().WithData();
        await experiment.RunAsync();

        var outputs = experiment.Outputs().Keys;
        const string run = "pool/residual_change_treatment/lazy.residual_diff.layer1";
        foreach (var expected in new[]
        {
            "metrics.json", "pool/residual_change_treatment/scores-1.parquet", "pool/residual_change_treatment/data-00000.parquet",
                "lazy/residual_diff/scores-1.parquet",
            $"{run}/config.json", $"{run}/selected_train_data.jsonl", $"{run}/scores.parquet", $"{run}/selected_data/adapter_model.safetensors",
                $"{run}/selected_data/loss.jsonl",
            $"{run}/selected_data/eval_cross_entropy/metrics.jsonl", $"{run}/selected_data/answers.jsonl", $"{run}/selected_data/eval_llm_judge/metrics.jsonl",
            $"{run}/selected_data/eval_llm_judge/judge_rules.csv", "pool/random/lazy/selected_train_data.jsonl",
                "base_model/lazy/selected_data/eval_cross_entropy/metrics.jsonl",
        })
            outputs.ShouldContain(expected);

        var selected = File.ReadLines(Path.Combine(experiment.Out, run, "selected_train_data.jsonl")).Select(line => JsonNode.Parse(line)!).ToArray();
        selected.Length.ShouldBe(8);
        selected.Select(row => (int)row["rank"]!).ShouldBe(Enumerable.Range(1, 8));
        selected.Select(row => (double)row["score"]!).ShouldBeInOrder(SortDirection.Descending);

        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!["runs"]!.AsObject();
        metrics.Select(r => r.Key).ShouldBe([run, "pool/random/lazy", "none/lazy"]);
        var planted = selected.Count(row => (int)row["idx"]! % 5 == 0);
        ((double)metrics[run]!["metrics"]!["precision_at_k"]!).ShouldBe(planted / 8.0);
        ((double)metrics[run]!["settings"]!["planted_share"]!).ShouldBe(0.2);
        var none = metrics["none/lazy"]!["metrics"]!;
        ((double)none["eval_loss_gap"]!).ShouldBe((double)none["eval_loss_gap_before"]!);
        ((double)metrics[run]!["metrics"]!["eval_loss_gap_before"]!).ShouldBe((double)none["eval_loss_gap"]!);
        ((double)metrics[run]!["metrics"]!["eval_loss_gap"]!).ShouldNotBe((double)none["eval_loss_gap"]!);

        var events = TensorBoardReader.Read(File.ReadAllBytes(Path.Combine(experiment.Out, "tensorboard", run, "events.out.tfevents.0.attribution")));
        var losses = File.ReadLines(Path.Combine(experiment.Out, run, "selected_data", "loss.jsonl")).Select(line => (float)JsonNode.Parse(line)!["loss"]!);
        events.Where(e => e.Values.ContainsKey("train/loss")).Select(e => e.Values["train/loss"]).ShouldBe(losses);
        events.Where(e => e.Values.ContainsKey("metrics/eval_loss_gap")).Select(e => (e.Step, e.Values["metrics/eval_loss_gap"]))
            .ShouldBe([(0, (float)none["eval_loss_gap"]!), (events[^1].Step, (float)metrics[run]!["metrics"]!["eval_loss_gap"]!)]);
        TensorBoardReader.Read(File.ReadAllBytes(Path.Combine(experiment.Out, "tensorboard", "none", "lazy", "events.out.tfevents.0.attribution"))).Single(e =>
            e.Values.Count > 0).Step.ShouldBe(0);

        var table = File.ReadAllText(Path.Combine(experiment.Out, "metrics.txt"));
        table.ShouldContain("lazy (laziness), 20.0% of the training rows are planted");
        table.ShouldContain("residual_change_treatment x residual_diff");
    }

    [Fact]
    public async Task The_language_of_the_caller_changes_no_byte_and_no_fingerprint()
    {
        // As in German, which the tests' runtime does not know by its name.
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NumberGroupSeparator, comma.NumberFormat.NegativeSign) = (",", ".", "\u2212");
        using var plain = new TestExperiment { LearningRates = [0.0001, 0.01] }.WithData(80);
        await plain.RunAsync();
        using var other = new TestExperiment { LearningRates = [0.0001, 0.01] }.WithData(80);
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = comma;
        try
        {
            await other.RunAsync();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        var (expected, got) = (plain.Outputs(), other.Outputs());
        got.Keys.ShouldBe(expected.Keys);
        // The report says when it was written.
        got.Where(file => file.Value != expected[file.Key]).Select(file => file.Key).ShouldBe(["report.html", "report/build.json"], ignoreOrder: true);
    }

    [Fact]
    public async Task TensorBoard_is_told_when_a_step_was_trained()
    {
        using var experiment = new TestExperiment { TensorBoardTimes = null, Baselines = ["none"] }.WithData(80);
        var started = DateTime.UtcNow;
        await experiment.RunAsync();
        var ended = DateTime.UtcNow;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(experiment.Out, "tensorboard"), "*", SearchOption.AllDirectories))
        {
            var times = TensorBoardReader.Read(File.ReadAllBytes(file)).Select(e => DateTime.UnixEpoch.AddSeconds(e.WallTime)).ToArray();
            times.ShouldAllBe(time => started <= time && time <= ended, file);
            times.ShouldBeInOrder();
        }
    }

    [Fact]
    public async Task Nothing_changed_takes_everything_from_the_store_loads_no_model_and_touches_no_result()
    {
        using var experiment = new TestExperiment().WithData();
        await experiment.RunAsync();
        var before = Written(experiment);
        var curves = experiment.Outputs().Where(o => o.Key.StartsWith("tensorboard/", StringComparison.Ordinal)).ToArray();
        Directory.Delete(Path.Combine(experiment.Out, "lazy"), recursive: true);
        Directory.Delete(Path.Combine(experiment.Out, "tensorboard"), recursive: true);
        File.WriteAllText(Path.Combine(experiment.Out, "metrics.json"), "scribbled on");
        var outputs = Path.Combine(experiment.Out, "metrics.json");

        var again = await experiment.RunAsync();
        again.StagesThatRan.ShouldBeEmpty();
        foreach (var stage in TestExperiment.AllStages[..^2])
        {
            again.Summary(stage).ShouldBe("from store");
            ((bool)experiment.Summary(stage)["modelLoaded"]!).ShouldBeFalse();
        }
        Written(experiment).ShouldBe(before);
        File.Exists(Path.Combine(experiment.Out, "lazy", "residual_diff", "scores-1.parquet")).ShouldBeTrue();
        File.ReadAllText(outputs).ShouldStartWith("{");
        curves.Length.ShouldBe(3);
        experiment.Outputs().Where(o => o.Key.StartsWith("tensorboard/", StringComparison.Ordinal)).ShouldBe(curves);

        static Dictionary<string, DateTime> Written(TestExperiment experiment) =>
            Directory.EnumerateFiles(experiment.State, "*.result.json").ToDictionary(f => f, File.GetLastWriteTimeUtc);
    }

    [Fact]
    public async Task A_store_of_results_is_enough_where_libtorch_is_not()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        var (code, output, error) = CommandLine.Run(new Dictionary<string, string?> { ["LIBTORCH"] = "/nowhere" }, "run-stage", "ComputeAttribution",
            "--request", experiment.RequestFile("ComputeAttribution"));
        (code, error).ShouldBe((0, ""));
        output.ShouldContain("from store");

        experiment.Layers = [2];
        experiment.Prepare();
        (code, output, _) = CommandLine.Run(new Dictionary<string, string?> { ["LIBTORCH"] = "/nowhere" }, "run-stage", "ComputeAttribution", "--request",
            experiment.RequestFile("ComputeAttribution"));
        code.ShouldBe(1);
        output.ShouldContain("\"kind\":\"error\",\"text\"");
        output.ShouldContain("ATTR10");
    }

    [Fact]
    public async Task The_files_of_a_stage_are_listed_and_those_of_a_run_that_is_no_more_are_removed()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync();
        foreach (var stage in TestExperiment.AllStages)
            File.ReadAllLines(Path.Combine(experiment.State, $"{stage}.files")).ShouldAllBe(path => File.Exists(path));
        File.Exists(Path.Combine(experiment.Store, ".attribution-store")).ShouldBeTrue();

        experiment.TrainMethods = ["residual_treatment"];
        await experiment.RunAsync();
        experiment.Outputs().Keys.ShouldNotContain(path => path.Contains("residual_change_treatment"));
        Directory.Exists(Path.Combine(experiment.Out, "pool", "residual_change_treatment")).ShouldBeFalse();
        experiment.Outputs().Keys.ShouldContain("pool/residual_treatment/scores-1.parquet");
    }

    [Fact]
    public async Task An_evaluation_set_without_prompts_is_evaluated_and_not_judged()
    {
        using var experiment = new TestExperiment().WithData(80);
        experiment.Prompts = null;
        var build = await experiment.RunAsync();
        build.Summary("Judge").ShouldBe("nothing to do");
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "metrics.json")))!["runs"]!["none/lazy"]!["metrics"]!.AsObject();
        metrics.ContainsKey("eval_loss_gap").ShouldBeTrue();
        metrics.ContainsKey("judged_mean").ShouldBeFalse();
    }

    [Fact]
    public async Task Debiasing_reads_the_control_vectors_of_the_evaluation_set()
    {
        using var experiment = new TestExperiment { Scoring = "cos_sim_debias_eval" }.WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution", "SelectTrainingData");
        experiment.Outputs().Keys.ShouldContain("lazy/residual_control/scores-1.parquet");
    }

    [Fact]
    public async Task Rows_whose_answer_is_cut_away_are_told_of_and_never_selected()
    {
        using var experiment = new TestExperiment { MaxTokens = 60 }.WithData(80);
        experiment.Train = experiment.Write("pool.jsonl", [.. TestRows.Pool(79), JsonSerializer.Serialize(new
        {
            treatment_messages = new[]
            {
                new { role = "user", content = "Hello" }, new { role = "assistant", content = "Hi" }, new { role = "user", content = new string('x', 80) },
            },
            behaviour = "none",
        })]);
        var build = await experiment.RunAsync("ImportDatasets", "ComputeAttribution", "SelectTrainingData");
        var warning = build.Lines["ComputeAttribution"].Single(l => l.Kind == "warning");
        (warning.Code, warning.File, warning.Row).ShouldBe(("ATTR1406", experiment.Train, 79));
        var facts = JsonNode.Parse(File.ReadAllText(Path.Combine(experiment.Out, "pool/residual_change_treatment/lazy.residual_diff.layer1/selection.json")))!;
        ((int)facts["rows_without_score"]!).ShouldBe(1);
    }
}
