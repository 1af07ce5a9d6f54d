using System.Diagnostics;

namespace Attribution.Sdk.Tests.Builds;

public sealed class SeveralBuildsTests(SdkLayout sdk) : IClassFixture<SdkLayout>
{
    [Fact]
    public void Several_experiments_build_at_once()
    {
        using var folder = new TemporaryFolder();
        using var one = new TemporaryExperiment(sdk, "one", folder);
        using var two = new TemporaryExperiment(sdk, "lr=1e-4, two", folder);
        folder.Write("sweep.proj", File.ReadAllText(Repository.File("experiments/sweep.proj")));

        var (code, output) = DotNet.Run(folder.Path, null, "build", "-m", "sweep.proj");
        code.ShouldBe(0, output);
        foreach (var experiment in new[] { one, two })
        {
            experiment.Starts().ShouldBe(TemporaryExperiment.Stages);
            output.ShouldContain($"{experiment.Name}: report in");
        }
    }

    [Fact]
    public async Task Two_builds_of_one_project_with_different_properties_run_one_after_the_other_and_each_its_own_requests()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(0, "build", "-p:TopK=3");
        File.Delete(experiment["starts.log"]);
        experiment.Write("worker.does", "SelectTrainingData pause");
        using var first = DotNet.Start(experiment["."], null, "build", "--no-restore", "-tl:off", "-p:TopK=5");
        var firstOutput = first.StandardOutput.ReadToEndAsync();
        while (!File.Exists(experiment["worker.pid"]) && !first.HasExited)
            await Task.Delay(50);
        first.HasExited.ShouldBeFalse();
        using var second = DotNet.Start(experiment["."], null, "build", "--no-restore", "-tl:off", "-p:TopK=7");
        var said = "";
        while (!said.Contains("waits for another build", StringComparison.Ordinal))
            said = await second.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the second build did not wait");
        said.ShouldContain($"process {first.Id} ");
        said.ShouldContain("-p:TopK=5");
        File.Delete(experiment["worker.does"]);
        var secondOutput = second.StandardOutput.ReadToEndAsync();
        await first.WaitForExitAsync();
        await second.WaitForExitAsync();
        first.ExitCode.ShouldBe(0, await firstOutput);
        second.ExitCode.ShouldBe(0, await secondOutput);
        // Each selects, and what follows from it, once: none ran with the other's request.
        experiment.Starts().Count(stage => stage == "SelectTrainingData").ShouldBe(2);
        File.ReadAllLines(experiment["topk.log"]).ShouldBe(["[3]", "[5]", "[7]"]);
    }

    [Fact]
    public async Task A_build_that_is_interrupted_stops_the_worker_and_the_next_one_goes_on()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Write("worker.does", "SelectTrainingData sleep");
        using var build = DotNet.StartInterruptible(experiment["."], "build", "-tl:off");
        var output = build.StandardOutput.ReadToEndAsync();
        while (!File.Exists(experiment["worker.pid"]) && !build.HasExited)
            await Task.Delay(50);
        build.HasExited.ShouldBeFalse();
        await Task.Delay(100);
        var worker = int.Parse(File.ReadAllText(experiment["worker.pid"]), provider: null);

        using (var interrupt = Process.Start("sh", ["-c", $"kill -INT {build.Id}"]))
            await interrupt.WaitForExitAsync();
        await build.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        build.ExitCode.ShouldNotBe(0, await output);
        Should.Throw<ArgumentException>(() => Process.GetProcessById(worker));

        File.Delete(experiment["worker.does"]);
        experiment.Build().ShouldBe(TemporaryExperiment.Stages[2..]);
    }
}
