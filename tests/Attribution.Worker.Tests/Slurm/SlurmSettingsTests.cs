using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Tensors;
using Attribution.Worker.Slurm;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Worker.Tests.Slurm;

/// <summary>What needs no cluster: options, times, journals, and a machine without Slurm.</summary>
public sealed class SlurmSettingsTests
{
    [Fact]
    public void Properties_are_options_of_sbatch_and_the_projects_own_come_last()
    {
        var slurm = new SlurmSettings
        { Partition = "gpu", Account = "lab", TimeLimit = "1-12", Memory = "64G", CpusPerWorker = 8, SlurmOptions = "--qos='a b'  -v" };
        SlurmOptions.OfWorker(new() { Device = "cuda", Slurm = slurm }).ShouldBe(
            ["--partition=gpu", "--account=lab", "--time=1-12", "--mem=64G", "--cpus-per-task=8", "--gres=gpu:1", "--qos=a b", "-v"]);
        SlurmOptions.OfWorker(new() { Device = "cpu", Slurm = new() }).ShouldBeEmpty();
        SlurmOptions.OfWorker(new() { Device = "cuda", Slurm = new() { GpusPerWorker = 0 } }).ShouldBeEmpty();
        Should.Throw<AttributionException>(() => SlurmOptions.OfWorker(new() { Device = "cpu", Slurm = new() { SlurmOptions = "--qos='a b" } }).ToArray())
            .Property.ShouldBe("SlurmOptions", "a quote has no end");
        SlurmOptions.OfBuild(slurm).ShouldNotContain(option => option.Contains("gres", StringComparison.Ordinal), "a build needs no GPU");
    }

    [Theory]
    [InlineData("90", 5400)]
    [InlineData("1:30", 90)]
    [InlineData("8:00:00", 28800)]
    [InlineData("1-12", 129600)]
    [InlineData("1-12:30", 131400)]
    [InlineData("2-0:0:5", 172805)]
    [InlineData("UNLIMITED", null)]
    [InlineData("soon", null)]
    public void Times_are_read_as_Slurm_does(string limit, int? seconds) => SlurmOptions.SecondsOf(limit).ShouldBe(seconds);

    [Theory]
    [InlineData("1", 15)]
    [InlineData("4", 60)]
    [InlineData("8:00:00", 120)]
    [InlineData(null, 120)]
    public void A_worker_is_told_a_quarter_of_its_limit_before_it(string? limit, int seconds) => SlurmOptions.Lead(limit).ShouldBe(seconds);

    [Theory]
    [InlineData(64, "8", "16", 8)]
    [InlineData(64, null, "16", 16)]
    [InlineData(4, "8", null, 4)]
    [InlineData(4, null, null, 4)]
    public void A_job_uses_the_cores_that_it_was_given(int cores, string? perTask, string? onNode, int given) =>
        Processor.Given(cores, perTask, onNode).ShouldBe(given);

    [Fact]
    public void A_machine_without_Slurm_is_an_error_of_the_executor()
    {
        using var experiment = new TestExperiment { Execution = new { device = "cpu", executor = "slurm", slurm = new { } } }.WithData(80);
        experiment.Prepare();
        using (var import = new StageProcess(experiment, "ImportDatasets", [], []))
            import.Finish().Code.ShouldBe(0);
        using var vectors = new StageProcess(experiment, "ComputeAttribution", new() { ["PATH"] = "/nowhere" }, []);
        var (code, output) = vectors.Finish();
        code.ShouldBe(1);
        var error = WorkerLine.Parse(output).Single(line => line.Kind == "error");
        (error.Code, error.Property).ShouldBe((ErrorCodes.SlurmMissing, "Executor"));
    }

    [Fact]
    public void A_job_has_no_key_of_an_env_file_in_its_command_its_script_its_environment_or_the_folder_of_its_notes()
    {
        const string secret = "sk-slurm-zKq83Lm02pQx7Yv";
        var bytes = System.Text.Encoding.ASCII.GetBytes(secret);
        using var experiment = new TestExperiment { Execution = new { device = "cpu", executor = "slurm", slurm = new { } } }.WithData(80);
        string[] names = ["OPENAI_API_KEY", "HF_TOKEN", "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_PASSWORD", "AWS_SECRET_ACCESS_KEY"];
        File.WriteAllLines(Path.Combine(experiment.Folder, ".env"), names.Select(name => $"{name}={secret}"));
        experiment.Prepare();
        using (var import = new StageProcess(experiment, "ImportDatasets", [], []))
            import.Finish().Code.ShouldBe(0);

        // In the place of Slurm's own: it notes all that it is given, and refuses the job.
        using var commands = new TemporaryFolder();
        var sbatch = commands.Write("sbatch", $$"""
            #!/bin/sh
            { echo "arguments: $@"; env; for file in "$@"; do if [ -f "$file" ]; then cat "$file"; fi; done; } >> '{{commands["told"]}}'
            echo "sbatch: error: invalid partition specified: $OPENAI_API_KEY" >&2
            exit 1
            """);
        System.Diagnostics.Process.Start("chmod", ["500", sbatch]).WaitForExit();
        using var vectors = new StageProcess(experiment, "ComputeAttribution",
            new() { ["PATH"] = $"{commands.Path}:{Environment.GetEnvironmentVariable("PATH")}" }, ["--verbose"]);
        var (code, output) = vectors.Finish();
        (code, output.Contains(ErrorCodes.SlurmRefused, StringComparison.Ordinal)).ShouldBe((1, true), output);
        var told = File.ReadAllText(commands["told"]);
        told.ShouldContain("run-stage");
        foreach (var name in names)
            told.ShouldNotContain(name);
        foreach (var form in new[] { secret, secret[..12], secret[12..], Convert.ToBase64String(bytes) })
        {
            (told + output).ShouldNotContain(form);
            foreach (var file in Directory.EnumerateFiles(experiment.Root, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != ".env"))
                File.ReadAllBytes(file).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(form)).ShouldBe(-1, file);
        }
    }

    [Theory]
    [InlineData("Unable to contact slurm controller (connect failure)", true)]
    [InlineData("Socket timed out on send/recv operation", false)] // perhaps the job is there
    [InlineData("Invalid account or account/partition combination specified", false)]
    public void A_job_is_submitted_again_only_if_it_is_known_not_to_be_there(string said, bool isTriedAgain)
    {
        SlurmRefusal.MayBeTriedAgain($"sbatch: error: Batch job submission failed: {said}").ShouldBe(isTriedAgain);
        SlurmRefusal.Of(said).Message.Contains("squeue --me", StringComparison.Ordinal).ShouldBe(said.Contains("timed out", StringComparison.Ordinal));
    }

    [Fact]
    public void A_journal_may_hold_anything()
    {
        using var folder = new TemporaryFolder();
        System.Diagnostics.Process.Start("mkfifo", folder["pipe.journal"]).WaitForExit();
        File.CreateSymbolicLink(folder["zero.journal"], "/dev/zero");
        File.WriteAllLines(folder["a.journal"],
        [
            "", "null", "7", "{}", "[]", """{"kind":null}""", "{\"kind\":" + new string('[', 100_000), """{"kind":"done","unit":"\ud800"}""",
            """{"Kind":"failed","code":"ATTR1","text":"\u001b[2J"}""", """{"kind":"start","job":"7_0"}""", """{"kind":"done","unit":"no slash","rows":3}""",
            """{"kind":"done","rows":9223372036854775807}""",
        ]);
        var tail = new JournalTail(folder.Path, new StageReporter());
        tail.Read();
        (tail.Done, tail.Workers.Count, tail.Blocks("control-blocks")).ShouldBe((1, 1, 1));
        tail.Bury([.. tail.Workers], _ => false, _ => "");
        tail.Tell(3, "block", 1).ShouldStartWith("1 of 3 blocks");
    }

    [Fact]
    public void Of_a_long_output_only_the_end_is_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["out"], new string('x', 5 << 20) + "\n\n\u001b[2Jlast but one\r\n::error::last\n");
        var said = ShellScript.LastLines(folder["out"]);
        said.Length.ShouldBeLessThan(20_000);
        said.ShouldEndWith("\n\\u001b[2Jlast but one\n\\u003a:error::last");
        System.Diagnostics.Process.Start("mkfifo", folder["pipe"]).WaitForExit();
        ShellScript.LastLines(folder["pipe"]).ShouldBeEmpty();
    }

    [Fact]
    public void Journals_tell_how_far_a_stage_is_and_half_a_line_waits_for_its_other_half()
    {
        using var folder = new TemporaryFolder();
        var tail = new JournalTail(folder.Path, new StageReporter());
        Append("a", Start("7_0"), Begin("vector-blocks/1"), new(JournalLine.Done) { Unit = "vector-blocks/1", Rows = 300 });
        Append("b", Start("7_1"), Begin("control-blocks/2"), new(JournalLine.Done) { Unit = "control-blocks/2", Rows = 200 }, new(JournalLine.End));
        tail.Read();
        (tail.Done, tail.AtWork, tail.Ended, tail.Blocks("control-blocks")).ShouldBe((2, 1, 1, 1));
        tail.Tell(8, "block", 4).ShouldStartWith("2 of 8 blocks, 1 of 4 workers, ");
        tail.Tell(8, "block", 4).ShouldEndWith(" left");

        var line = new JournalLine(JournalLine.Done) { Unit = "vector-blocks/3", Rows = 10 }.Write();
        File.AppendAllText(folder["a.journal"], line[..20]);
        tail.Read();
        tail.Done.ShouldBe(2);
        File.AppendAllText(folder["a.journal"], line[20..] + "\n");
        tail.Read();
        tail.Done.ShouldBe(3);

        void Append(string worker, params JournalLine[] lines) =>
            File.AppendAllLines(folder[$"{worker}.journal"], lines.Select(line => (line with { At = DateTime.UtcNow.AddSeconds(-10) }).Write()));
    }

    [Fact]
    public void A_unit_that_two_workers_died_at_has_failed_and_one_that_was_told_to_end_has_not_died()
    {
        using var folder = new TemporaryFolder();
        var tail = new JournalTail(folder.Path, new StageReporter());
        foreach (var (worker, told) in new[] { ("a", false), ("b", true), ("c", false) })
        {
            var lines = new List<JournalLine> { Start($"7_{worker}"), Begin("adapters/1") };
            if (told)
                lines.Add(new(JournalLine.Signal) { Text = "TERM" });
            File.WriteAllLines(folder[$"{worker}.journal"], lines.Select(line => line.Write()));
            tail.Read();
            tail.Bury([.. tail.Workers], _ => false, task => $" ({task}.out)");
            if (worker != "c")
                tail.FailedTwice.ShouldBeNull();
        }
        var error = tail.FailedTwice.ShouldNotBeNull();
        error.Code.ShouldBe(ErrorCodes.SlurmWorkersFailed);
        error.Message.ShouldContain("adapters/1");
        error.Message.ShouldContain("(7_a.out)");
    }

    [Theory]
    [InlineData("sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified", "Account")]
    [InlineData("sbatch: error: invalid partition specified: x\nsbatch: error: Batch job submission failed: Invalid partition name specified", "Partition")]
    [InlineData("sbatch: error: Batch job submission failed: Requested time limit is invalid (missing or exceeds some limit)", "TimeLimit")]
    [InlineData("sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)", null)]
    public void What_sbatch_says_names_the_property(string said, string? property)
    {
        var error = SlurmRefusal.Of(said);
        (error.Code, error.Property).ShouldBe((ErrorCodes.SlurmRefused, property));
        error.Message.ShouldNotContain("sbatch: error");
    }

    private static JournalLine Start(string job) => new(JournalLine.Start) { Job = job, Host = "node1" };

    private static JournalLine Begin(string unit) => new(JournalLine.Begin) { Unit = unit };
}
