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
    public async Task An_array_leaves_the_bytes_of_one_process_and_of_two_and_computes_every_unit_once()
    {
        const int Rows = 500;
        string[] shared = [Vectors, "FineTune", "Evaluate"];
        using var array = new SlurmRun(cluster, "array", Rows, workers: 4);
        array.Experiment.Prepare();
        var said = new Dictionary<string, IReadOnlyList<WorkerLine>>();
        foreach (var stage in TestExperiment.AllStages)
            said[stage] = shared.Contains(stage) ? array.Run(stage) : (await array.Experiment.RunStageAsync(stage)).Lines;
        foreach (var workers in new[] { 1, 2 })
        {
            using var local = new TestExperiment(array.Experiment.Root, $"local{workers}", $"local{workers}-store")
            { Execution = new { device = "cpu", workers } }.WithData(Rows);
            local.Prepare();
            foreach (var stage in TestExperiment.AllStages)
                if (workers == 1 || !shared.Contains(stage))
                    (await local.RunStageAsync(stage)).Code.ShouldBe(0);
                else
                    using (var process = new StageProcess(local, stage, [], ["--stop-with-stdin"]))
                        process.Finish().Code.ShouldBe(0);
            Compared(array.Experiment).ShouldBe(Compared(local), $"{workers} workers");
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
        array.Lines(Vectors, JournalLine.Start).Select(line => line.Gpus).ShouldBeUnique("each sees a GPU of its own");
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
    public void A_build_in_a_job_that_is_told_to_end_leaves_its_workers_to_the_job_that_goes_on()
    {
        using var run = new SlurmRun(cluster, "submitted", rows: 2400, workers: 2).Slow();
        run.Experiment.Prepare();
        run.Run("ImportDatasets");
        var said = run.Submit(Vectors);
        SlurmRun.Until("one has computed a block", () => run.Lines(Vectors, JournalLine.Done).Length > 0);
        var (first, array) = (run.Noted("job"), run.Job(Vectors));
        said.ShouldStartWith($"submitted as job {first}; job ");
        run.Submit(Vectors).ShouldStartWith($"job {first} is running; {Vectors}: ");

        // What Slurm sends before a time limit.
        cluster.Ask("scancel", "--batch", "--signal=USR1", first);
        SlurmRun.Until("the other job has ended", () => run.Noted("done").Length > 0);
        run.Noted("done").ShouldBe("0", run.Noted("out"));
        said.ShouldContain($"; job {run.Noted("job")} goes on");
        run.Job(Vectors).ShouldBe(array, "no other workers were asked for");
        run.Lines(Vectors, JournalLine.Signal).ShouldBeEmpty("the workers went on meanwhile");
        run.Lines(Vectors, JournalLine.Done).Select(line => line.Unit).ShouldBeUnique();
        SlurmRun.Until("no job is left", () => cluster.Ask("squeue", "--noheader").Length == 0);
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
        using var run = new SlurmRun(cluster, "refused", rows: 80, workers: 2);
        foreach (var (slurm, property) in new (object, string?)[]
        {
            (new { partition = "nowhere" }, "Partition"),
            (new { slurmOptions = "--array=0-2000" }, "Workers"),
            (new { timeLimit = "soon" }, "TimeLimit"),
            (new { slurmOptions = "--gres=nothing:1" }, "GpusPerWorker"),
            (new { memory = "much" }, "Memory"),
            (new { gpusPerWorker = 9 }, null),
            (new { slurmOptions = "--no-such-thing" }, "SlurmOptions"),
            (new { slurmOptions = "--qos='a b" }, "SlurmOptions"),
        })
        {
            run.Experiment.Execution = new { device = "cpu", workers = 2, executor = "slurm", slurm };
            run.Experiment.Prepare();
            if (!Directory.Exists(run.Experiment.Store))
                run.Run("ImportDatasets");
            var error = run.Run(Vectors, code: 1).Single(line => line.Kind == "error");
            (error.Code, error.Property).ShouldBe((ErrorCodes.SlurmRefused, property), error.Text);
        }
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
