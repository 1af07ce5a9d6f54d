using System.Text.Json;

namespace Attribution.Worker.Tests.Stages.Context;

public sealed class ContextStageTests
{
    [Fact]
    public async Task Of_an_experiment_only_what_a_change_reaches_is_computed_again()
    {
        using var experiment = new TestContextExperiment();
        experiment.Write(Enumerable.Range(0, 12).Select(i => TestContextExperiment.Row(i)));
        await experiment.BuildAsync();
        (await experiment.BuildAsync()).ShouldBeEmpty();
        (await experiment.ExplainAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(TestContextExperiment.AllStages.Select(s =>
            $"{s}: up to date"));

        var held = experiment.Lines("q", "at2", "attributions.jsonl").Count;
        held.ShouldBeInRange(1, 11);
        experiment.Stored("generations").ShouldBe(12);
        experiment.Stored("context-feature-blocks").ShouldBe(12 - held);
        experiment.Stored("context-attribution-blocks").ShouldBe(3 * held);

        // The estimator alone, and what it takes part in.
        experiment.Steps = 6;
        (await experiment.BuildAsync()).ShouldBe(["TrainEstimator", "AttributeHeldOut", "CollectMetrics"]);
        experiment.Stored("context-attribution-blocks").ShouldBe(4 * held);

        // Two more rows, before the others.
        experiment.Write(Enumerable.Range(0, 14).Select(i => TestContextExperiment.Row((i + 12) % 14)));
        await experiment.BuildAsync();
        experiment.Ran("Generate").ShouldBe(2);
        experiment.Stored("generations").ShouldBe(14);
        var heldNow = experiment.Lines("q", "at2", "attributions.jsonl").Count;
        experiment.Stored("context-feature-blocks").ShouldBe(14 - heldNow);
        experiment.Lines("q", "at2", "attributions.jsonl").Select(l => (int)l["index"]!).ShouldBeInOrder();

        experiment.SourceType = "word";
        (await experiment.BuildAsync()).ShouldBe(["AttributeHeldOut", "CollectMetrics"]);
        experiment.Lines("q", "at2", "attributions.jsonl")[0]["sources"]!.AsArray().Count.ShouldBe(13);
    }

    [Fact]
    public async Task Sentences_and_attention_as_in_the_authors_code_are_computed_anew_and_known_to_the_estimator()
    {
        using var experiment = new TestContextExperiment { Answers = "answer", Methods = ["at2", "count"] };
        experiment.Write(Enumerable.Range(0, 8).Select(i => JsonSerializer.Serialize(new
        { context = $"Tea {i}\nis hot.\n***\nIce is cold.", query = "What?", answer = "Ice. Tea\nis.", truth = "Ice is cold." })));
        await experiment.BuildAsync();
        experiment.Lines("q", "at2", "attributions.jsonl")[0]["sources"]!.AsArray().Count.ShouldBe(2);
        (experiment.SentenceRule, experiment.AttentionFeatures) = ("lines", "at2");
        (await experiment.BuildAsync()).ShouldBe(["FeaturesAndOutputs", "TrainEstimator", "AttributeHeldOut", "CollectMetrics"]);
        var line = experiment.Lines("q", "at2", "attributions.jsonl")[0];
        line["sources"]!.AsArray().Select(s => (string)s!["text"]!).ShouldBe([$"Tea {line["index"]}", "is hot.", "Ice is cold."]);
        line["sentences"]!.AsArray().Select(s => (string)s!["text"]!).ShouldBe(["Ice.", "Tea", "is."]);
        var facts = JsonSerializer.Deserialize<System.Text.Json.Nodes.JsonObject>(experiment.Out("estimator", "score_estimator.json"))!;
        ((string)facts["Attention"]!, (string)facts["Sentences"]!).ShouldBe(("at2", "lines"));

        var count = System.Text.Json.Nodes.JsonNode.Parse(experiment.Out("metrics.json"))!["runs"]!["q/count"]!["metrics"]!.AsObject();
        count.ContainsKey("top1_accuracy").ShouldBeFalse("it puts no source first");
        count["top1_drop"].ShouldBeNull();
        ((double)count["lds"]!).ShouldBeInRange((double)count["lds_lower"]!, (double)count["lds_upper"]!);
        experiment.Out("metrics.txt").ShouldMatch("LDS: (at2|count) is highest, and (not told from (at2|count)|told from every other)");
    }

    [Fact]
    public async Task A_context_without_the_text_that_its_answer_comes_from_is_known_before_anything_is_computed()
    {
        using var experiment = new TestContextExperiment { HeldOut = 1e-9 };
        experiment.Write([TestContextExperiment.Row(0), TestContextExperiment.Row(1, context: "Tea is hot.")]);
        experiment.Prepare();
        var (code, lines) = await experiment.RunStageAsync("Generate");
        code.ShouldBe(1);
        var error = lines.Single(line => line.Kind == "error");
        error.Code.ShouldBe("ATTR1460");
        error.Text.ShouldContain("\"Ice 1 is cold.\"");
        Directory.GetDirectories(Path.Combine(experiment.Root, "store")).Select(Path.GetFileName).ShouldNotContain("generations");
    }

    [Fact]
    public async Task The_results_say_where_each_score_belongs()
    {
        using var experiment = new TestContextExperiment { Answers = "answer", HeldOut = 0.4 };
        experiment.Write(Enumerable.Range(0, 10).Select(i => JsonSerializer.Serialize(new
        {
            context = new[] { $" Tea {i} is hot. It warms.", $"Ice {i} is cold." },
            query = "What?",
            answer = $"Ice {i}. It is cold.",
            truth = new[] { $"Ice {i} is cold.", "It warms." }
        })));
        await experiment.BuildAsync();

        var line = experiment.Lines("q", "leave_one_out", "attributions.jsonl")[0];
        var index = (int)line["index"]!;
        string[] documents = [$"Tea {index} is hot. It warms.", $"Ice {index} is cold."];
        foreach (var source in line["sources"]!.AsArray())
            documents[(int)source!["document"]!][(int)source["start"]!..(int)source["end"]!].ShouldBe((string)source["text"]!);
        var sentences = line["sentences"]!.AsArray();
        sentences.Select(s => (string)s!["text"]!).ShouldBe([$"Ice {index}.", "It is cold."]);
        sentences.ShouldAllBe(s => s!["scores"]!.AsArray().Count == 3);
        var best = sentences.Select(s => s!["scores"]!.AsArray().Select((score, i) => ((double)score!, i)).Max().i).ToArray();
        sentences.Select(s => (bool)s!["right"]!).ShouldBe([best[0] == 2, best[1] == 1]);

        var metrics = System.Text.Json.Nodes.JsonNode.Parse(experiment.Out("metrics.json"))!["runs"]!.AsObject();
        metrics.Select(r => r.Key).ShouldBe(["q/at2", "q/leave_one_out", "q/random", "estimator"]);
        var right = experiment.Lines("q", "random", "attributions.jsonl").SelectMany(l => l["sentences"]!.AsArray()).Average(s => (bool)s!["right"]! ? 1.0 : 0);
        ((double)metrics["q/random"]!["metrics"]!["top1_accuracy"]!).ShouldBe(right, 1e-12);
        ((double)metrics["q/leave_one_out"]!["metrics"]!["forward_passes"]!).ShouldBe(4);
        ((double)metrics["estimator"]!["metrics"]!["examples"]!).ShouldBe(10 - (double)metrics["q/at2"]!["metrics"]!["examples"]!);
        experiment.Out("metrics.txt").Split('\n').ShouldAllBe(l => l.Length <= 100);
        experiment.Out("metrics.txt").ShouldContain("leave_one_out");

        // The report shades the context that each file of attributions is about, and compares the methods.
        var page = experiment.Out("report.html");
        page.ShouldContain("<section id=\"context\"");
        page.ShouldContain($"Ice {index} is cold.</span>");
        foreach (var method in new[] { "at2", "leave_one_out", "random" })
            page.ShouldContain($"by {method}</summary>");
        page.ShouldContain("LDS");
        File.Exists(Path.Combine(Path.GetDirectoryName(experiment.Data)!, "out", "estimator", "score_estimator.safetensors")).ShouldBeTrue();
    }

    [Fact]
    public async Task Examples_that_nothing_can_be_attributed_of_are_counted_with_the_reason()
    {
        using var experiment = new TestContextExperiment { Answers = "answer", HeldOut = 1e-9 };
        string[] rows = [.. Enumerable.Range(0, 3).Select(i => Row($"Tea {i}.", "Yes.")), Row("", "Yes."), Row(new string('x', 600), "Yes.")];
        experiment.Write(rows);
        experiment.Prepare();
        (await experiment.RunStageAsync("Generate")).Code.ShouldBe(0);
        var (code, lines) = await experiment.RunStageAsync("FeaturesAndOutputs");

        code.ShouldBe(0);
        var warning = lines.Single(l => l.Kind == "warning");
        (warning.Code, warning.File).ShouldBe(("ATTR1464", experiment.Data));
        warning.Text.ShouldContain("2 examples of 'q'");
        warning.Text.ShouldContain("1 without a context, 1 too long for the model's window");
        (await experiment.RunStageAsync("TrainEstimator")).Code.ShouldBe(0);
        var (failed, errors) = await experiment.RunStageAsync("AttributeHeldOut");
        failed.ShouldBe(1);
        (errors[^1].Code, errors[^1].Property).ShouldBe(("ATTR1462", "HeldOut"));

        static string Row(string context, string answer) => JsonSerializer.Serialize(new { context, query = "q", answer, truth = (string?)null });
    }

    [Fact]
    public async Task Final_answers_are_attributed_to_the_thoughts_before_them()
    {
        using var experiment = new TestContextExperiment { Answers = "answer", Thoughts = true };
        experiment.Write(Enumerable.Range(0, 8).Select(i => JsonSerializer.Serialize(new
        {
            // A context may be there too, and its truth says nothing of thoughts.
            context = $"Ice is {i}. It is tea.",
            query = $"What is {i}?",
            answer = $"<think>Tea is {i}. Ice is not.</think>It is tea.",
            truth = "It is tea."
        })));
        await experiment.BuildAsync();
        var line = experiment.Lines("q", "at2", "attributions.jsonl")[0];
        line["sources"]!.AsArray().Select(s => (string)s!["text"]!).ShouldBe([$"Tea is {line["index"]}.", "Ice is not."]);
        line["sentences"]!.AsArray().Select(s => (string)s!["text"]!).ShouldBe(["It is tea."]);
        line["sentences"]![0]!["right"].ShouldBeNull();
    }

    [Fact]
    public async Task A_scorer_that_there_is_not_and_a_dataset_held_out_whole_stop_the_build()
    {
        using var experiment = new TestContextExperiment { Methods = ["lime"] };
        experiment.Write(Enumerable.Range(0, 8).Select(i => TestContextExperiment.Row(i)));
        experiment.Prepare();
        foreach (var stage in TestContextExperiment.AllStages[..3])
            (await experiment.RunStageAsync(stage)).Code.ShouldBe(0);
        (await experiment.RunStageAsync("AttributeHeldOut")).Lines[^1].Code.ShouldBe("ATTR1465");

        experiment.HeldOut = 1;
        experiment.Prepare();
        (await experiment.RunStageAsync("FeaturesAndOutputs")).Code.ShouldBe(0);
        (await experiment.RunStageAsync("TrainEstimator")).Lines[^1].Code.ShouldBe("ATTR1462");
    }
}
