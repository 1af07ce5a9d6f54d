using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Worker.Tests.Slurm;

namespace Attribution.Worker.Tests.Stages;

/// <summary>What processes share beside vectors, adapters and evaluations: the same bytes as one process leaves, and no unit twice.</summary>
public sealed partial class SharedStagesTests
{
    private static readonly JsonNode Persona = JsonNode.Parse("""{"traits": {"lazy": "laziness"}, "maxNewTokens": 6}""")!;

    [Theory]
    [InlineData("controls", "control-blocks", 0)]
    [InlineData("personas", "persona-answer-blocks", 2)] // 11 different prompts in parts of 8
    [InlineData("loss", "row-score-blocks", 0)]
    [InlineData("less", "less-blocks", 0)]
    public async Task Several_processes_share_it(string what, string stage, int units)
    {
        using var one = Experiment(what, "one");
        await one.RunAsync("ImportDatasets", "ComputeAttribution");
        Units(one, stage).ShouldBeGreaterThan(1);
        if (units > 0)
            Units(one, stage).ShouldBe(units);
        using var two = Experiment(what, "two", one.Root);
        await two.RunAsync("ImportDatasets");
        var before = Artifacts(two);
        var computed = Run(two, "2");
        two.Outputs().ShouldBe(one.Outputs());
        // Each counts what it computed; what two had computed would be in both counts.
        computed.Length.ShouldBe(2);
        computed.Sum().ShouldBe(Artifacts(two) - before);
        Units(two, stage).ShouldBe(Units(one, stage));
    }

    [Theory]
    [InlineData("personas", "persona-answer-blocks")]
    [InlineData("loss", "row-score-blocks")]
    [InlineData("less", "less-warm-ups")]
    [InlineData("less", "less-blocks")]
    public async Task A_unit_that_another_process_holds_keeps_no_process_from_the_free_ones(string what, string held)
    {
        using var one = Experiment(what, "one", methods: ["residual_treatment"]);
        await one.RunAsync("ImportDatasets", "ComputeAttribution");
        using var two = Experiment(what, "two", one.Root, ["residual_treatment"]);
        await two.RunAsync("ImportDatasets");
        var units = Units(one, "vector-blocks");
        // A unit has the same address in both stores.
        var address = Path.GetFileName(Directory.GetDirectories(Path.Combine(one.Store, held)).Order(StringComparer.Ordinal).First());
        using var worker = Hold();
        var (code, output) = worker.Finish();
        code.ShouldBe(0, output);
        two.Outputs().ShouldBe(one.Outputs());

        StageProcess Hold()
        {
            using var other = StoreLock.TryAcquire(Path.Combine(two.Store, ".locks", $"{held}~{address}")).ShouldNotBeNull();
            var started = Start(two, "ComputeAttribution", "1");
            SlurmRun.Until("the free units are computed", () => started.HasExited || Directory.Exists(Path.Combine(two.Store, "vector-blocks"))
                && Units(two, "vector-blocks") == units);
            started.HasExited.ShouldBeFalse("it waits for the unit that is held");
            return started;
        }
    }

    [Fact]
    public async Task Judgements_of_a_model_here_are_shared_and_no_answer_is_judged_twice()
    {
        using var one = Judging("one");
        await one.RunAsync(TestExperiment.AllStages[..5]);
        one.Prepare();
        var alone = (await one.RunStageAsync("Judge")).Lines;
        var replies = Replies(one);
        Directory.Delete(Path.Combine(one.Store, "replies"), recursive: true);
        // A model of random weights says nothing that can be read, and that is the stage's error, whoever comes upon it.
        var shared = Judge(one, "2");
        shared.Single(line => line.Kind == "error").Code.ShouldBe(ErrorCodes.TooManyUnjudged);
        alone.Single(line => line.Kind == "error").Code.ShouldBe(ErrorCodes.TooManyUnjudged);
        shared.ShouldContain(line => line.Text == "Judge is computed by 2 processes.");
        alone.ShouldNotContain(line => line.Text.EndsWith("processes.", StringComparison.Ordinal));
        replies.ShouldBeGreaterThan(1);
        Replies(one).ShouldBeGreaterThanOrEqualTo(replies);
        Keys(one).ShouldBeUnique();
    }

    private static TestExperiment Judging(string name)
    {
        var experiment = new TestExperiment(name: name, store: $"{name}-store") { Judge = "llm" }.WithData(80);
        experiment.Llm = new
        {
            folder = TinyChatModel.Write(Path.Combine(experiment.Root, "judge"), seed: 3, positions: 1024),
            execution = new { device = "cpu" }
        };
        experiment.JudgePrompt = Path.Combine(experiment.Root, "short.md");
        File.WriteAllText(experiment.JudgePrompt, "---\ntrait: laziness\nscores: 0-3\n---\nHow lazy is it?\n");
        return experiment;
    }

    private static TestExperiment Experiment(string what, string name, string? root = null, params string[] methods)
    {
        var experiment = new TestExperiment(root, name, $"{name}-store") { TrainMethods = ["residual_treatment"] }.WithData(500);
        switch (what)
        {
            case "controls":
                (experiment.TrainMethods, experiment.ControlTokens) = (["residual_diff"], 4);
                break;
            case "personas":
                (experiment.EvalMethods, experiment.Persona) = (["persona_vector_gen"], Persona);
                break;
            case "loss":
                experiment.Baselines = ["loss", "length", "bm25"];
                break;
            case "less":
                (experiment.TrainMethods, experiment.EvalMethods) = (["less"], ["less"]);
                experiment.Less = new { share = 0.1, epochs = 1, learningRate = 0.01, lora = new { targets = new[] { "q_proj" } } };
                experiment.Projection = new { dimension = 64 };
                break;
        }
        experiment.TrainMethods = [.. experiment.TrainMethods.Union(methods)];
        if (what == "less" && methods.Length > 0)
            experiment.EvalMethods = [.. experiment.EvalMethods, .. methods];
        experiment.Prepare();
        return experiment;
    }

    // How many artifacts each process says that it computed.
    private static int[] Run(TestExperiment experiment, string workers)
    {
        using var worker = Start(experiment, "ComputeAttribution", workers);
        var (code, output) = worker.Finish();
        code.ShouldBe(0, output);
        return [.. Computed().Matches(output).Select(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
    }

    private static IReadOnlyList<WorkerLine> Judge(TestExperiment experiment, string workers)
    {
        experiment.Prepare();
        using var worker = Start(experiment, "Judge", workers);
        var (code, output) = worker.Finish();
        code.ShouldBe(1, output);
        return WorkerLine.Parse(output);
    }

    private static StageProcess Start(TestExperiment experiment, string stage, string workers) =>
        new(experiment, stage, new() { ["ATTRIBUTION_WORKERS"] = workers }, ["--stop-with-stdin"]);

    private static int Units(TestExperiment experiment, string stage) => Directory.GetDirectories(Path.Combine(experiment.Store, stage)).Length;

    private static int Artifacts(TestExperiment experiment) => Directory.GetFiles(experiment.Store, "manifest.json", SearchOption.AllDirectories).Length;

    private static int Replies(TestExperiment experiment) => Keys(experiment).Length;

    // A line is a checksum, a key and a reply.
    private static string[] Keys(TestExperiment experiment) => [.. Directory.EnumerateFiles(Path.Combine(experiment.Store, "replies"), "*.journal",
        SearchOption.AllDirectories).SelectMany(File.ReadLines).Select(line => line.Split(' ')[1])];

    [GeneratedRegex("computed ([0-9]+) artifacts")]
    private static partial Regex Computed();
}
