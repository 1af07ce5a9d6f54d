using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Attribution.Worker.Tests.Stages;
using Attribution.Worker.Tests.Stages.Context;

namespace Attribution.Worker.Tests.Verbs;

/// <summary>The page of a build.</summary>
public sealed class WatchVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string State => _folder["tiny/obj/attribution"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_build_is_shown_while_it_runs_and_the_page_ends_with_it()
    {
        Directory.CreateDirectory(State);
        foreach (var stage in new[] { "ImportDatasets", "FineTune", "Evaluate" })
            File.WriteAllText(Path.Combine(State, $"{stage}.request.json"), "{}");
        // As the build holds it.
        var build = new FileStream(Path.Combine(State, "build.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        File.WriteAllText(Path.Combine(State, "build.owner"), "a test");
        using var watch = Process.Start(CommandLine.Start(new Dictionary<string, string?>(), "watch", _folder["tiny"]))!;
        var said = (await watch.StandardOutput.ReadLineAsync())!;
        said.ShouldEndWith($" shows the build of {_folder["tiny"]}");
        var address = said.Split(' ')[0];

        using (var live = new Watching.LiveFile(State, "FineTune", isHelper: false))
        {
            live.Say("progress", "3 of 12 adapters, 31 rows/s");
            live.Trained("pool/a, seed 0", 1, 2.5, "loss");
            live.Trained("pool/a, seed 0", 2, 2.4, "loss");
            await Task.Delay(250);
            live.Trained("pool/a, seed 0", 3, 1.5, "loss");
            live.Say("warning", "the disk is slow");
            var state = await StateAsync(address);
            ((bool)state["is_building"]!).ShouldBeTrue();
            Stages(state).ShouldBe(["ImportDatasets up to date", "FineTune running", "Evaluate waiting"]);
            ((string)state["stages"]![1]!["text"]!).ShouldBe("3 of 12 adapters, 31 rows/s");
            state["curves"]![0]!["points"]!.AsArray().Select(point => (double)point!["value"]!).ShouldBe([2.5, 1.5], "some five a second");
            state["messages"]!.AsArray().Select(message => (string)message!).ShouldBe(["FineTune: the disk is slow"]);
            await Task.Delay(250);
            live.Trained("pool/a, seed 0", 4, double.NaN, "loss");
            (await StateAsync(address))["curves"]![0]!["points"]!.AsArray().Count.ShouldBe(2, "JSON has no NaN, and the page goes on");
            live.Say("summary", "ran 12 of 12 adapters");
        }
        Stages(await StateAsync(address))[1].ShouldBe("FineTune done");
        using (var client = new HttpClient())
        {
            (await client.GetStringAsync(address)).ShouldContain("<h1>tiny");
            client.DefaultRequestHeaders.Host = "elsewhere.example";
            (await client.GetAsync(new Uri(address + "state.json"))).StatusCode.ShouldBe(HttpStatusCode.NotFound, "no other site's page may read it");
        }

        await build.DisposeAsync();
        (await watch.StandardOutput.ReadToEndAsync()).ShouldContain("the build has ended");
        await watch.WaitForExitAsync();
        watch.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_stage_leaves_what_it_says_where_it_is_watched()
    {
        using var experiment = new TestExperiment().WithData(40);
        await experiment.RunAsync();
        var lines = File.ReadLines(Path.Combine(experiment.State, "live", "FineTune.jsonl")).Select(line => JsonNode.Parse(line)!).ToArray();
        lines.Select(line => (string)line["kind"]!).Distinct().Order(StringComparer.Ordinal).ShouldBe(["ended", "progress", "started", "step", "summary"]);
        ((string)lines.First(line => (string)line["kind"]! == "step")["text"]!).ShouldContain("residual");
    }

    [Theory]
    [InlineData("linear", "residual_treatment", "SelectTrainingData", "validation loss", "probe linear of lazy, seed 0")]
    [InlineData("cos_sim", "less", "ComputeAttribution", "loss", "warm-up of less on pool")]
    public async Task Every_training_is_shown(string scoring, string method, string stage, string measure, string run)
    {
        using var experiment = new TestExperiment
        {
            Scoring = scoring,
            TrainMethods = [method],
            EvalMethods = [method],
            Less = new { share = 0.1, epochs = 2, learningRate = 0.01, lora = new { targets = new[] { "q_proj" } } },
            Projection = new { dimension = 64 },
        }.WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution", "SelectTrainingData");
        Trained(experiment.State, stage, measure).ShouldContain(run);
    }

    [Fact]
    public async Task The_training_of_an_estimator_is_shown_by_its_correlation()
    {
        using var experiment = new TestContextExperiment();
        experiment.Write(Enumerable.Range(0, 12).Select(i => TestContextExperiment.Row(i)));
        await experiment.BuildAsync();
        Trained(Path.Combine(experiment.Root, "obj"), "TrainEstimator", "correlation").ShouldBe(["score estimator"]);
    }

    private static string[] Trained(string state, string stage, string measure) =>
        [.. File.ReadLines(Path.Combine(state, "live", $"{stage}.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["measure"] == measure && (double?)line["value"] is not null).Select(line => (string)line["text"]!).Distinct()];

    [Fact]
    public async Task What_is_no_experiment_and_no_port_are_errors()
    {
        (await CommandLine.RunHereAsync("watch", _folder["nowhere"])).Error.ShouldContain("There is no experiment");
        (await CommandLine.RunHereAsync("watch", _folder.Path, "--port", "70000")).Error.ShouldContain("A port is a number up to 65535.");
    }

    private static string[] Stages(JsonNode state) => [.. state["stages"]!.AsArray().Select(stage => $"{stage!["name"]} {stage["status"]}")];

    private static async Task<JsonNode> StateAsync(string address)
    {
        using var client = new HttpClient();
        return JsonNode.Parse(await client.GetStringAsync(new Uri(address + "state.json")))!;
    }
}
