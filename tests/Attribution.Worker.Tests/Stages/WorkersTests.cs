using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Pipeline;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Several processes for one stage: the same bytes, each unit once, and nothing lost with one of them.</summary>
public sealed partial class WorkersTests
{
    private static readonly string[] Methods = ["residual_change_treatment", "residual_treatment"], Shared = ["ComputeAttribution", "FineTune", "Evaluate"];

    [Fact]
    public async Task One_two_and_four_workers_leave_equal_bytes_and_compute_every_unit_once()
    {
        using var one = Prepared("one");
        var alone = await RunAllAsync(one, "1");
        alone.Helpers.ShouldBe(0);
        foreach (var count in new[] { "2", "4" })
        {
            using var several = Prepared(count, one);
            var ran = await RunAllAsync(several, count);
            Compared(several).ShouldBe(Compared(one));
            ran.Helpers.ShouldBeGreaterThan(0);
            ran.Summaries.ShouldBe(alone.Summaries, "what was computed does not depend on who did it");
        }
    }

    [Fact]
    public async Task A_killed_helper_loses_its_unit_and_nothing_else()
    {
        using var one = Prepared("one");
        await one.RunAsync("ImportDatasets", "ComputeAttribution");
        using var killed = Prepared("killed", one);
        await killed.RunAsync("ImportDatasets");
        using (var worker = Start(killed, "ComputeAttribution", "2"))
        {
            var (kills, clock) = (0, Stopwatch.StartNew());
            while (!worker.HasExited && kills == 0 && clock.Elapsed < TimeSpan.FromMinutes(3))
            {
                kills += KillHelpers(killed);
                Thread.Sleep(5);
            }
            kills.ShouldBe(1);
            worker.Finish().Code.ShouldBe(0);
        }
        killed.Outputs().ShouldBe(one.Outputs());
    }

    [Fact]
    public async Task A_unit_that_fails_ends_the_stage_with_its_own_error()
    {
        using var experiment = Prepared("failing");
        File.AppendAllText(experiment.Train, """{"treatment_tokens": [1, 999999, 2], "treatment_keep": [false, true, true]}""" + "\n");
        await experiment.RunAsync("ImportDatasets");
        using var worker = Start(experiment, "ComputeAttribution", "2");
        var (code, output) = worker.Finish();
        code.ShouldBe(1);
        var error = WorkerLine.Parse(output).Single(line => line.Kind == "error");
        error.Code.ShouldBe(ErrorCodes.TokenOutOfRange);
        error.Row.ShouldBe(900);
    }

    [Fact]
    public async Task Told_to_stop_a_stage_stops_its_helpers_too()
    {
        using var experiment = Prepared("stopped");
        await experiment.RunAsync("ImportDatasets");
        using var worker = Start(experiment, "ComputeAttribution", "2");
        var clock = Stopwatch.StartNew();
        while (HelpersOf(experiment).Count == 0 && clock.Elapsed < TimeSpan.FromMinutes(3))
            Thread.Sleep(5);
        worker.Terminate();
        worker.Finish().Code.ShouldBe(143);
        for (clock.Restart(); HelpersOf(experiment).Count > 0 && clock.Elapsed < TimeSpan.FromMinutes(1);)
            Thread.Sleep(20);
        HelpersOf(experiment).ShouldBeEmpty();
    }

    // (units, asked, GPUs, cores, width of the model) to (workers, threads of each).
    [Theory]
    [InlineData(20, null, 0, 2, 64, 2, null)] // a small model: a core each
    [InlineData(20, null, 0, 8, 64, 8, null)]
    [InlineData(3, null, 0, 8, 64, 3, null)]
    [InlineData(1, null, 0, 8, 64, 1, null)]
    [InlineData(20, null, 0, 8, 2048, 1, null)] // a large one: one process with all cores
    [InlineData(20, 4, 0, 8, 2048, 4, 2)] // whoever wants several shares the cores out
    [InlineData(20, 1, 0, 8, 64, 1, null)]
    [InlineData(20, null, 4, 8, 2048, 4, null)] // a GPU each
    [InlineData(2, null, 4, 8, 2048, 2, null)]
    [InlineData(20, 8, 4, 8, 2048, 8, null)]
    public void There_are_as_many_as_pay(int units, int? asked, int gpus, int cores, int width, int workers, int? threads)
    {
        using var folder = new TemporaryFolder();
        TinyChatModel.Write(folder.Path);
        var model = ModelConfig.Load(folder.Path) with { HiddenSize = width, IntermediateSize = 4 * width };
        string[] names = [.. Enumerable.Range(0, gpus).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        var chosen = Workers.Of(new SharedWork(units, model), asked, names, threadsAreSet: false, cores);
        chosen.Count.ShouldBe(workers);
        chosen.ShouldAllBe(worker => worker.Threads == threads);
        chosen.Select(worker => worker.Gpu).ShouldBe(Enumerable.Range(0, workers).Select(i => gpus == 0 ? null : names[i % gpus]));
    }

    // A helper that is killed while it writes leaves half a line.
    [Theory]
    [InlineData("""{"kind":"warning","text":"hal""")]
    [InlineData("{ a native library's line }")]
    [InlineData("plain")]
    public void A_line_of_a_helper_that_is_no_message_is_a_detail(string line)
    {
        using var output = new StringWriter();
        using var helpers = new Attribution.Worker.Stages.Helpers("FineTune", "none", [], new Attribution.Worker.Stages.Reporter(output), default);
        helpers.Read(line);
        WorkerLine.Parse(output.ToString())[^1].Text.ShouldBe($"a helper: {line}");
    }

    [Fact]
    public void Progress_tells_how_many_are_at_work()
    {
        using var experiment = Prepared("progress");
        using var context = new StageContext(Attribution.Worker.Stages.RequestFile.Read("FineTune", experiment.RequestFile("FineTune")), new StageReporter());
        new StageProgress(context).Tell(3, 8, "adapter").ShouldBe("3 of 8 adapters");
        var helpers = new SomeHelpers();
        context.Helpers = helpers;
        new StageProgress(context).Tell(3, 8, "adapter").ShouldBe("3 of 8 adapters, 4 workers");
        helpers.Alive = 2;
        new StageProgress(context).Tell(3, 8, "adapter").ShouldBe("3 of 8 adapters, 3 of 4 workers");
    }

    private sealed class SomeHelpers : IHelpers
    {
        public int Count => 3;

        public int Alive { get; set; } = 3;

        public void Dispose()
        {
        }
    }

    [Fact]
    public async Task A_number_of_workers_that_is_none_is_an_error()
    {
        using var experiment = Prepared("none");
        await experiment.RunAsync("ImportDatasets");
        using var worker = Start(experiment, "ComputeAttribution", "many");
        var (code, output) = worker.Finish();
        code.ShouldBe(1);
        WorkerLine.Parse(output).Single(line => line.Kind == "error").Code.ShouldBe(ErrorCodes.WorkersInvalid);
    }

    private static TestExperiment Prepared(string name, TestExperiment? beside = null)
    {
        var experiment = new TestExperiment(beside?.Root, name, store: $"{name}-store") { TrainMethods = Methods, Seeds = [0, 1] }.WithData(900);
        experiment.Prepare();
        return experiment;
    }

    private static StageProcess Start(TestExperiment experiment, string stage, string workers) =>
        new(experiment, stage, new() { ["ATTRIBUTION_WORKERS"] = workers }, ["--stop-with-stdin"]);

    private static string Run(TestExperiment experiment, string stage, string workers)
    {
        using var worker = Start(experiment, stage, workers);
        var (code, output) = worker.Finish();
        code.ShouldBe(0, $"{stage}: {output}");
        return output;
    }

    // Only the stages that processes share need processes.
    private static async Task<(int Helpers, string[] Summaries)> RunAllAsync(TestExperiment experiment, string workers)
    {
        var helpers = 0;
        foreach (var stage in TestExperiment.AllStages)
        {
            var before = Artifacts(experiment);
            var computed = Computed().Matches(workers != "1" && Shared.Contains(stage) ? Run(experiment, stage, workers)
                : string.Join('\n', (await experiment.RunAsync(stage)).Texts(stage, "message")));
            // Each process counts what it computed: a unit that two of them had computed would be in both counts.
            if (computed.Count > 0)
                computed.Sum(m => int.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture)).ShouldBe(Artifacts(experiment) - before, stage);
            helpers += computed.Count(m => m.Groups[1].Success);
        }
        return (helpers, [.. TestExperiment.AllStages.Select(stage => $"{stage} {experiment.Summary(stage)["ran"]} {experiment.Summary(stage)["blocksRan"]}")]);
    }

    // The report tells when and how fast.
    private static Dictionary<string, string> Compared(TestExperiment experiment) =>
        experiment.Outputs().Where(file => !file.Key.StartsWith("report", StringComparison.Ordinal)).ToDictionary();

    private static int Artifacts(TestExperiment experiment) => !Directory.Exists(experiment.Store)
        ? 0 : Directory.EnumerateFiles(experiment.Store, "manifest.json", SearchOption.AllDirectories).Count();

    private static int KillHelpers(TestExperiment experiment)
    {
        var helpers = HelpersOf(experiment);
        foreach (var helper in helpers)
            Process.GetProcessById(helper).Kill();
        return helpers.Count;
    }

    private static List<int> HelpersOf(TestExperiment experiment)
    {
        var found = new List<int>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
            try
            {
                var line = File.ReadAllText(Path.Combine(process, "cmdline"));
                if (line.Contains("--helper", StringComparison.Ordinal) && line.Contains(experiment.Folder, StringComparison.Ordinal))
                    found.Add(int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // It has just ended.
            }
        return found;
    }

    [GeneratedRegex("(a helper: )?computed ([0-9]+) artifacts")]
    private static partial Regex Computed();
}
