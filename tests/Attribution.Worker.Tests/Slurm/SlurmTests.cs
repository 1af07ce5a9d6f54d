using System.Text.Json.Nodes;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Tests.Slurm;
using Attribution.Worker.Slurm;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Worker.Tests.Slurm;

/// <summary>Stages whose model runs in arrays of a Slurm cluster: the same bytes, each unit once, and nothing lost with a worker.</summary>
public sealed class SlurmTests(SlurmCluster cluster) : IClassFixture<SlurmCluster>
{
    private const string Vectors = "ComputeAttribution";

    [SlurmFact]
    public async Task An_array_leaves_the_bytes_of_one_process_and_computes_every_unit_once()
    {
        const int Rows = 500;
        string[] shared = [Vectors, "FineTune", "Evaluate"];
        using var array = new SlurmRun(cluster, "array", Rows, workers: 4);
        array.Experiment.Prepare();
        var said = new Dictionary<string, IReadOnlyList<WorkerLine>>();
        foreach (var stage in TestExperiment.AllStages)
            said[stage] = shared.Contains(stage) ? array.Run(stage) : (await array.Experiment.RunStageAsync(stage)).Lines;
        using (var local = new TestExperiment(array.Experiment.Root, "local", "local-store") { Execution = new { device = "cpu", workers = 1 } }.WithData(Rows))
        {
            await local.RunAsync();
            Compared(array.Experiment).ShouldBe(Compared(local));
            foreach (var stage in TestExperiment.AllStages)
                Ran(array.Experiment, stage).ShouldBe(Ran(local, stage), stage);
        }
        foreach (var stage in shared)
        {
            var units = array.Lines(stage, JournalLine.Done).Select(line => line.Unit).ToArray();
            units.ShouldNotBeEmpty();
            units.ShouldBeUnique();
            said[stage].ShouldContain(line => line.Kind == "message" && line.Text.StartsWith($"{stage}: {units.Length} units for ", StringComparison.Ordinal));
            array.Lines(stage, JournalLine.Failed).ShouldBeEmpty();
        }
        var started = array.Lines(Vectors, JournalLine.Start);
        // One that comes late may have the GPU of one that has ended.
        foreach (var gpu in array.Journals(Vectors).Values.GroupBy(lines => (lines[0].Host, lines[0].Gpus)))
            gpu.OrderBy(lines => lines[0].At).Aggregate(DateTime.MinValue, (ended, lines) =>
            {
                lines[0].At.ShouldBeGreaterThanOrEqualTo(ended, $"each sees a GPU of its own: {gpu.Key}");
                return lines[^1].At;
            });
        started.Select(line => line.Host!).Distinct().Order().ToArray().ShouldBe([.. SlurmCluster.Nodes]);
        array.Lines(Vectors, JournalLine.Done).ShouldAllBe(line => line.Rows > 0 && line.Seconds > 0 && line.Rate > 0);
    }

    [SlurmFact]
    public void A_killed_worker_and_a_preempted_one_lose_their_unit_at_most()
    {
        using var run = new SlurmRun(cluster, "killed", rows: 3200, workers: 4).Slow();
        run.Experiment.Prepare();
        run.Run("ImportDatasets");
        using var build = run.Start(Vectors);
        SlurmRun.Until("four are at work", () => run.Lines(Vectors, JournalLine.Begin).Length >= 4 && run.Journals(Vectors).Count == 4);
        // It has no room but by taking that of a worker.
        cluster.Ask("sbatch", "--partition=high", "--gres=gpu:1", "--output=/dev/null", "--wrap=sleep 2");
        SlurmRun.Until("one is told to end", () => run.Lines(Vectors, JournalLine.Signal).Length > 0);
        var killed = run.Journals(Vectors).First(journal => journal.Value[^1].Kind == JournalLine.Begin).Key;
        using (var process = SlurmRun.ProcessOf(killed))
            process.Kill();
        var (code, output) = build.Finish();
        code.ShouldBe(0, output);

        var journals = run.Journals(Vectors);
        journals[killed].ShouldNotContain(line => line.Kind == JournalLine.End);
        var preempted = journals.Values.Where(lines => lines.Any(line => line is { Kind: JournalLine.Signal, Text: "TERM" })).ToArray();
        preempted.ShouldNotBeEmpty();
        preempted.Select(lines => lines[^1].Kind).ShouldAllBe(last => last == JournalLine.End);
        run.Lines(Vectors, JournalLine.Done).Select(line => line.Unit).ShouldBeUnique();
        run.Lines(Vectors, JournalLine.Failed).ShouldBeEmpty();
        SlurmRun.Until("tasks that wait for their turn are cancelled", () => Alive(run) == 0);
    }

    [SlurmFact]
    public void A_build_that_is_stopped_cancels_its_workers_and_the_next_one_goes_on()
    {
        using var run = new SlurmRun(cluster, "stopped", rows: 800, workers: 2).Slow();
        run.Experiment.Prepare();
        run.Run("ImportDatasets");
        using (var build = run.Start(Vectors))
        {
            SlurmRun.Until("one has computed a block", () => run.Lines(Vectors, JournalLine.Done).Length > 0);
            build.Terminate();
            build.Finish().Code.ShouldBe(VerbRunner.Stopped);
        }
        SlurmRun.Until("nobody is alive", () => Alive(run) == 0);
        var done = run.Lines(Vectors, JournalLine.Done).Select(line => line.Unit).ToArray();
        run.Run(Vectors);
        run.Lines(Vectors, JournalLine.Done).Select(line => line.Unit).ShouldNotContain(unit => done.Contains(unit));
    }

    [SlurmFact]
    public void A_submitted_build_goes_on_when_its_job_is_queued_again_or_told_to_end_and_so_does_its_continuation()
    {
        using var run = new SlurmRun(cluster, "submitted", rows: 800, workers: 2).Slow("test_slower");
        run.Experiment.Prepare();
        run.Run("ImportDatasets");
        var said = run.Submit(Vectors);
        SlurmRun.Until("two are at work, and a block is done", () => run.Journals(Vectors).Count == 2 && run.Lines(Vectors, JournalLine.Done).Length > 0);
        // The workers stand still, so that the build is not done before all of the jobs below have run it.
        run.SignalWorkers(Vectors, "STOP");
        var (first, second, array) = (run.Noted("job"), run.Noted("next"), run.Job(Vectors));
        said.ShouldStartWith($"submitted as job {first}; job {second} goes on");
        run.Submit(Vectors).ShouldStartWith($"job {first} is running; {Vectors}: ");

        cluster.Requeue(first);
        GoesOn(1);
        (run.Noted("job"), run.Noted("next")).ShouldBe((first, second));

        // What Slurm sends before a time limit.
        cluster.Ask("scancel", "--batch", "--signal=USR1", first);
        GoesOn(2);
        var third = run.Noted("next");
        run.Noted("job").ShouldBe(second);
        third.ShouldNotBe(second);

        try
        {
            cluster.Requeue(second);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"done: {run.Noted("done")}, job: {run.Noted("job")}, next: {run.Noted("next")}\n{run.Noted("out")}\n"
                + cluster.Ask("squeue", "--format=%i %T %r %S %E"), e);
        }
        GoesOn(3);
        (run.Noted("job"), run.Noted("next")).ShouldBe((second, third), "it has submitted one continuation of its own, however often it was queued");

        run.SignalWorkers(Vectors, "CONT");
        SlurmRun.Until("the build is done", () => run.Noted("done").Length > 0);
        run.Noted("done").ShouldBe("0", run.Noted("out"));
        run.Job(Vectors).ShouldBe(array, "no other workers were asked for");
        run.Lines(Vectors, JournalLine.Signal).ShouldBeEmpty("nobody told the workers to end");
        run.Lines(Vectors, JournalLine.Done).Select(line => line.Unit).ShouldBeUnique();
        SlurmRun.Until("no job is left", () => cluster.Ask("squeue", "--noheader").Length == 0);

        void GoesOn(int times)
        {
            try
            {
                SlurmRun.Until("the build runs in another job, or again", () =>
                    run.Noted("out").Split($"goes on with 2 workers of Slurm, job {array}").Length - 1 == times);
            }
            catch (ShouldAssertException e)
            {
                throw new InvalidOperationException($"{times}: {run.Noted("out")}\n{cluster.Ask("squeue", "--format=%i %T %r %S %E")}", e);
            }
        }
    }

    [SlurmFact]
    public async Task Persona_vectors_of_an_array_are_those_of_one_process_and_no_answer_is_written_twice()
    {
        using var array = Personas(new SlurmRun(cluster, "personas", rows: 80, workers: 2));
        var experiment = array.Experiment;
        experiment.Prepare();
        array.Run("ImportDatasets");
        array.Run(Vectors);
        using var alone = new TestExperiment(experiment.Root, "alone", "alone-store")
        {
            TrainMethods = experiment.TrainMethods,
            EvalMethods = experiment.EvalMethods,
            Persona = experiment.Persona,
        }.WithData(80);
        await alone.RunAsync("ImportDatasets", Vectors);
        experiment.Outputs().ShouldBe(alone.Outputs());
        var units = array.Lines(Vectors, JournalLine.Done).Select(line => line.Unit!).ToArray();
        units.ShouldBeUnique();
        units.Count(unit => unit.StartsWith("persona-answer-blocks/", StringComparison.Ordinal)).ShouldBe(2, "11 different prompts in parts of 8");
        units.ShouldContain(unit => unit.StartsWith("persona-vectors/", StringComparison.Ordinal));
        units.ShouldContain(unit => unit.StartsWith("vector-blocks/", StringComparison.Ordinal));
    }

    [SlurmFact]
    public void A_unit_that_always_fails_ends_the_stage_with_its_own_error()
    {
        using var run = new SlurmRun(cluster, "failing", rows: 600, workers: 2);
        File.AppendAllText(run.Experiment.Train, """{"treatment_tokens": [1, 999999, 2], "treatment_keep": [false, true, true]}""" + "\n");
        run.Experiment.Prepare();
        run.Run("ImportDatasets");
        var error = run.Run(Vectors, code: 1).Single(line => line.Kind == "error");
        (error.Code, error.Row).ShouldBe((ErrorCodes.TokenOutOfRange, 600));
        run.Lines(Vectors, JournalLine.Failed).Select(line => line.Unit).Distinct().Count().ShouldBe(1);
        run.Lines(Vectors, JournalLine.Failed).Length.ShouldBe(2);
        SlurmRun.Until("nobody is alive", () => Alive(run) == 0);
    }

    [SlurmFact]
    public void What_the_cluster_does_not_take_is_an_error_of_the_property()
    {
        foreach (var (slurm, property) in new (SlurmSettings, string?)[]
        {
            (new() { Partition = "nowhere" }, "Partition"),
            (new() { SlurmOptions = "--array=0-2000" }, "Workers"),
            (new() { TimeLimit = "soon" }, "TimeLimit"),
            (new() { SlurmOptions = "--gres=nothing:1" }, "GpusPerWorker"),
            (new() { Memory = "much" }, "Memory"),
            (new() { GpusPerWorker = 9 }, null),
            (new() { SlurmOptions = "--no-such-thing" }, "SlurmOptions"),
        })
        {
            var (code, said) = cluster.Try("sbatch", ["--array=0-1", .. SlurmOptions.OfWorker(new() { Device = "cpu", Slurm = slurm }), "--wrap=true"]);
            code.ShouldNotBe(0, said);
            SlurmRefusal.Of(said).Property.ShouldBe(property, said);
        }

        using var run = new SlurmRun(cluster, "refused", rows: 80, workers: 2, slurm: new { partition = "nowhere" });
        run.Experiment.Prepare();
        run.Run("ImportDatasets");
        var error = run.Run(Vectors, code: 1).Single(line => line.Kind == "error");
        (error.Code, error.Property).ShouldBe((ErrorCodes.SlurmRefused, "Partition"), error.Text);
    }

    [SlurmFact]
    public void Explaining_says_when_Slurm_would_start_the_workers_or_why_it_would_not()
    {
        using var run = new SlurmRun(cluster, "explained", rows: 300, workers: 2);
        run.Experiment.Prepare();
        run.Run("ImportDatasets");
        Explained().ShouldContain("Slurm, 2 workers: Job ");
        run.Experiment.Execution = new { device = "cpu", workers = 2, executor = "slurm", slurm = new { partition = "nowhere" } };
        run.Experiment.Prepare();
        Explained().ShouldContain(ErrorCodes.SlurmRefused);
        Directory.Exists(run.Folder(Vectors)).ShouldBeFalse("nothing was asked for");

        string Explained()
        {
            var (code, output, error) = CommandLine.Run(new Dictionary<string, string?> { ["SLURM_CONF"] = cluster.Configuration },
                "explain", "--requests", run.Experiment.State);
            code.ShouldBe(0, error);
            return output;
        }
    }

    private static SlurmRun Personas(SlurmRun run)
    {
        (run.Experiment.TrainMethods, run.Experiment.EvalMethods) = (["residual_treatment"], ["persona_vector_gen"]);
        run.Experiment.Persona = JsonNode.Parse("""{"traits": {"lazy": "laziness"}, "maxNewTokens": 6}""");
        return run;
    }

    private int Alive(SlurmRun run)
    {
        try
        {
            return cluster.Ask("squeue", "--noheader", $"--jobs={run.Job(Vectors)}", "--states=PENDING,RUNNING").Split('\n').Count(line => line.Length > 0);
        }
        catch (InvalidOperationException e) when (e.Message.Contains("Invalid job id", StringComparison.Ordinal))
        {
            return 0;
        }
    }

    private static string Ran(TestExperiment experiment, string stage) => $"{experiment.Summary(stage)["ran"]} {experiment.Summary(stage)["blocksRan"]}";

    // The report tells when and how fast.
    private static Dictionary<string, string> Compared(TestExperiment experiment) =>
        experiment.Outputs().Where(file => !file.Key.StartsWith("report", StringComparison.Ordinal)).ToDictionary();
}
