using System.CommandLine;
using Attribution.Tests.Data.Store;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Killed, stopped, damaged, in each other's way: what comes out is what an undisturbed run gives.</summary>
public sealed class RobustnessTests
{
    private static readonly string[] Methods = ["residual_change_treatment", "residual_treatment", "grad_act_treatment"];

    [Fact]
    public async Task A_worker_killed_at_any_moment_loses_at_most_a_block_and_the_next_ends_with_the_same_bytes()
    {
        using var whole = Prepared("whole");
        await whole.RunAsync("ImportDatasets", "ComputeAttribution");
        var all = BlocksIn(whole);

        using var killed = Prepared("killed", whole);
        await killed.RunAsync("ImportDatasets");
        var random = new Random(20260102);
        var finished = 0;
        for (var kill = 0; kill < 4; kill++)
        {
            using var worker = Start(killed);
            var until = random.Next(finished, Math.Min(all - 1, finished + 6));
            while (!worker.HasExited && BlocksIn(killed) < until)
                Thread.Sleep(1);
            Thread.Sleep(random.Next(until == 0 ? 1000 : 40));
            worker.Kill();
            worker.Finish();
            BlocksIn(killed).ShouldBeGreaterThanOrEqualTo(finished);
            finished = BlocksIn(killed);
        }
        await killed.RunAsync("ComputeAttribution");
        killed.Outputs().ShouldBe(whole.Outputs());
        BlocksIn(killed).ShouldBe(all);
        Directory.EnumerateDirectories(Path.Combine(killed.Store, ".tmp")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_workers_at_once_share_the_blocks_and_both_end_with_all_of_them()
    {
        using var one = Prepared("one");
        using var two = new TestExperiment(one.Root, "two", store: "one-store") { TrainMethods = Methods }.WithData(900);
        await one.RunAsync("ImportDatasets");
        await two.RunAsync("ImportDatasets");
        using StageProcess first = Start(one), second = Start(two);
        first.Finish().Code.ShouldBe(0);
        second.Finish().Code.ShouldBe(0);

        one.Outputs().ShouldBe(two.Outputs());
        var ran = new[] { one, two }.Sum(e => (int)e.Summary("ComputeAttribution")["blocksRan"]!);
        ran.ShouldBe((int)one.Summary("ComputeAttribution")["blocks"]!);
    }

    [Fact]
    public async Task Told_to_stop_a_worker_stops_between_batches_and_keeps_what_it_has()
    {
        using var experiment = Prepared("stopped");
        await experiment.RunAsync("ImportDatasets");
        using var worker = Start(experiment);
        while (BlocksIn(experiment) == 0)
            Thread.Sleep(5);
        worker.Terminate();
        var (code, output) = worker.Finish();
        code.ShouldBe(143, output);
        output.ShouldContain("was stopped; what was finished is kept");
        output.ShouldNotContain("\"error\"");
        var build = await experiment.RunAsync("ComputeAttribution");
        build.Blocks.Ran.ShouldBeLessThan(build.Blocks.Total);
    }

    [Fact]
    public async Task A_worker_that_takes_seconds_to_stop_is_waited_for()
    {
        using var experiment = new TestExperiment
        {
            Plugin = typeof(OwnUnhurriedMethod).Assembly.Location,
            TrainMethods = ["test_unhurried"],
            EvalMethods = ["residual_diff"]
        }.WithData(80);
        await experiment.RunAsync("ImportDatasets");
        using var worker = Start(experiment);
        while (!File.Exists(Path.Combine(experiment.Folder, "unhurried.txt")))
            Thread.Sleep(20);
        worker.Terminate();
        var (code, output) = worker.Finish();
        code.ShouldBe(143, output);
        output.ShouldContain("was stopped; what was finished is kept");
    }

    [Fact]
    public async Task A_worker_whose_parent_is_gone_stops()
    {
        using var experiment = Prepared("orphan");
        await experiment.RunAsync("ImportDatasets");
        using var worker = Start(experiment, "--stop-with-stdin");
        while (BlocksIn(experiment) == 0)
            Thread.Sleep(5);
        worker.CloseInput();
        worker.Finish().Code.ShouldBe(143);
    }

    [Fact]
    public async Task Told_to_stop_while_it_fetches_a_model_a_worker_stops_without_an_error()
    {
        using var hub = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        hub.Start();
        using var experiment = new TestExperiment { Model = "org/never-whole" }.WithData(80);
        await experiment.RunAsync("ImportDatasets");
        using var worker = new StageProcess(experiment, "ComputeAttribution",
            new() { ["HF_ENDPOINT"] = $"http://{hub.LocalEndpoint}", ["HF_HOME"] = Path.Combine(experiment.Root, "hf") }, []);
        using var asked = await hub.AcceptTcpClientAsync();
        await asked.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n "u8.ToArray());
        worker.Terminate();
        var (code, output) = worker.Finish();
        code.ShouldBe(143, output);
        output.ShouldContain("was stopped; what was finished is kept");
        output.ShouldNotContain("\"error\"");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_worker_that_cannot_stop_is_gone_soon_after_it_was_told_to_and_so_are_its_locks(bool orphan)
    {
        using var experiment = new TestExperiment
        {
            Plugin = typeof(OwnEndlessMethod).Assembly.Location,
            TrainMethods = ["test_endless"],
            EvalMethods = ["residual_diff"]
        }.WithData(80);
        await experiment.RunAsync("ImportDatasets");
        using var worker = Start(experiment, "--stop-with-stdin");
        while (!File.Exists(Path.Combine(experiment.Folder, "endless.txt")))
            Thread.Sleep(20);
        if (orphan)
            worker.CloseInput();
        else
            worker.Terminate();
        // 128 + SIGALRM
        worker.Finish().Code.ShouldBe(142);
        experiment.TrainMethods = ["residual_treatment"];
        await experiment.RunAsync("ComputeAttribution");
    }

    [Theory]
    [InlineData("vectors", "scores-1.parquet", "ComputeAttribution")]
    [InlineData("vector-blocks", "vectors.f32", "ComputeAttribution")]
    [InlineData("adapters", "adapter_model.safetensors", "FineTune")]
    [InlineData("datasets", "data-00000.parquet", "ImportDatasets")]
    public async Task A_damaged_artifact_is_noticed_said_and_computed_again(string artifacts, string file, string stage)
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync(TestExperiment.AllStages[..4]);
        var before = experiment.Outputs();
        foreach (var damage in (Action<string>[])[Truncate, FlipOneBit, File.Delete])
        {
            foreach (var path in Directory.EnumerateFiles(Path.Combine(experiment.Store, artifacts), file, SearchOption.AllDirectories).ToArray())
                damage(path);
            // A block is read only when what is made of it is gone.
            if (artifacts == "vector-blocks")
                Directory.Delete(Path.Combine(experiment.Store, "vectors"), recursive: true);
            var build = await experiment.RunAsync(stage);
            build.Lines[stage].Count(l => l.Code == "ATTR1801" && l.Kind == "warning").ShouldBeGreaterThan(0, damage.Method.Name);
            build.StagesThatRan.ShouldBe([stage]);
            experiment.Outputs().ShouldBe(before);
        }
    }

    [Fact]
    public async Task A_stage_does_not_go_on_from_damaged_results_of_another()
    {
        using var experiment = new TestExperiment().WithData(80);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        FlipOneBit(Directory.EnumerateFiles(Path.Combine(experiment.Store, "vectors"), "scores-1.parquet", SearchOption.AllDirectories).First());
        (await experiment.FailAsync("SelectTrainingData")).Code!.ShouldBe("ATTR1801");
    }

    [TmpfsFact]
    public async Task A_full_disk_is_said_and_what_was_finished_is_kept()
    {
        using var disk = new Tmpfs(kibibytes: 700);
        using var experiment = new TestExperiment(disk.Path).WithData(80);
        await experiment.RunAsync("ImportDatasets");
        var large = Directory.CreateTempSubdirectory();
        experiment.Train = Path.Combine(large.FullName, "pool.jsonl");
        var random = new Random(1);
        var noise = new byte[300];
        File.WriteAllLines(experiment.Train, Enumerable.Range(0, 8000).Select(i =>
        {
            random.NextBytes(noise);
            return TestRows.PoolRow(i, Convert.ToBase64String(noise));
        }));
        experiment.Prepare();
        (await experiment.FailAsync("ImportDatasets")).Code.ShouldBe("ATTR1802");
        Directory.GetDirectories(Path.Combine(experiment.Store, "datasets")).Length.ShouldBe(3);
        Directory.EnumerateFileSystemEntries(Path.Combine(experiment.Store, ".tmp")).ShouldBeEmpty();
        large.Delete(recursive: true);
    }

    [Fact]
    public async Task A_collection_keeps_the_blocks_that_the_vectors_of_an_experiment_were_put_together_from()
    {
        using var experiment = Prepared("kept");
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        await experiment.RunAsync("ComputeAttribution");
        var blocks = BlocksIn(experiment);
        (await CommandLine.RunHereAsync("store", "--store", experiment.Store, "gc", "--keep", experiment.Folder)).Code.ShouldBe(0);
        BlocksIn(experiment).ShouldBe(blocks);
    }

    [Fact]
    public void No_key_of_the_environment_or_of_an_env_file_is_written_anywhere()
    {
        const string secret = "sk-this-must-not-be-written";
        var bytes = System.Text.Encoding.ASCII.GetBytes(secret);
        string[] forms = [secret, secret[..(secret.Length / 2)], secret[(secret.Length / 2)..], Convert.ToBase64String(bytes)[..^4],
            Convert.ToHexStringLower(bytes)];
        using var experiment = new TestExperiment().WithData(80);
        File.WriteAllText(Path.Combine(experiment.Folder, ".env"),
            $"HF_TOKEN={secret}\nMLFLOW_TRACKING_TOKEN={secret}\nAWS_SECRET_ACCESS_KEY={secret}\nAWS_SESSION_TOKEN={secret}\n");
        experiment.Prepare();
        foreach (var stage in TestExperiment.AllStages)
        {
            using var worker = new StageProcess(experiment, stage, new() { ["OPENAI_API_KEY"] = secret }, []);
            worker.CommandLine.ShouldNotContain("must-not-be");
            var (code, output) = worker.Finish();
            code.ShouldBe(0, output);
            foreach (var form in forms)
                output.ShouldNotContain(form);
        }
        foreach (var file in Directory.EnumerateFiles(experiment.Root, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != ".env"))
            foreach (var form in forms)
                File.ReadAllBytes(file).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(form)).ShouldBe(-1, file);
    }

    private static TestExperiment Prepared(string name, TestExperiment? beside = null) =>
        new TestExperiment(beside?.Root, name, store: $"{name}-store") { TrainMethods = Methods }.WithData(900);

    private static int BlocksIn(TestExperiment experiment) =>
        Directory.Exists(Path.Combine(experiment.Store, "vector-blocks"))
            ? Directory.GetDirectories(Path.Combine(experiment.Store, "vector-blocks")).Length : 0;

    private static void Truncate(string path)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(file.Length - 1);
    }

    private static void FlipOneBit(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static StageProcess Start(TestExperiment experiment, params string[] more) => new(experiment, "ComputeAttribution", [], more);
}
