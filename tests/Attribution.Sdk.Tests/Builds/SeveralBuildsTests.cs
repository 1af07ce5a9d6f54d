using System.Diagnostics;

namespace Attribution.Sdk.Tests.Builds;

public sealed class SeveralBuildsTests(SdkLayout sdk) : IClassFixture<SdkLayout>
{
    [Fact]
    public void Several_experiments_build_at_once()
    {
        using var folder = new TemporaryFolder();
        using var one = new TemporaryExperiment(sdk, "one", folder);
        using var two = new TemporaryExperiment(sdk, "two", folder);
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
