using System.Diagnostics;
using System.Text.Json;
using Attribution.Tests.Slurm;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>A build with <c>Wait=false</c>: a job of a cluster, and another that goes on when that is ended.</summary>
public sealed class SubmittedBuildTests(SdkLayout sdk, SlurmCluster cluster) : IClassFixture<SdkLayout>, IClassFixture<SlurmCluster>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [SlurmFact]
    public void A_build_that_does_not_wait_is_a_job_that_another_goes_on_with_and_the_same_command_tells_how_far_it_is()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Write("worker.real", Repository.File($"sdk/Attribution.Worker/bin/{Repository.Configuration}/net10.0/Attribution.Worker.dll"));
        experiment.Write("worker.does", "SelectTrainingData pause");
        Build().ShouldContain("submitted as job ");
        Stages().ShouldBeEmpty("this build ran none itself");
        Until("the job is at work", () => File.Exists(experiment["worker.pid"]));
        Build().ShouldContain($"job {Noted("slurm.build.json")} is running");

        // As a time limit would. The other job takes its place, and finds what it has done.
        cluster.Ask("scancel", Noted("slurm.build.json"));
        Until("the other job is at work", () => Stages().Count(stage => stage == "SelectTrainingData") == 2);
        Build().ShouldContain(" is running");
        File.Delete(experiment["worker.does"]);
        Until("the build is done", () => File.Exists(experiment["obj/attribution/slurm.build.done"]));
        File.ReadAllText(experiment["obj/attribution/slurm.build.done"]).Trim().ShouldBe("0", File.ReadAllText(experiment["obj/attribution/slurm.build.out"]));
        Stages().ShouldBe([.. TemporaryExperiment.Stages[..3], .. TemporaryExperiment.Stages[2..]]);
        Build().ShouldContain("up to date; nothing is submitted");
        Until("no job is left", () => cluster.Ask("squeue", "--noheader", "--states=PENDING,RUNNING").Length == 0);

        string Build()
        {
            var (code, output) = DotNet.Run(experiment["."], new Dictionary<string, string> { ["SLURM_CONF"] = cluster.Configuration },
                "build", "-p:Executor=slurm", "-p:Wait=false");
            code.ShouldBe(0, output);
            return output;
        }

        string Noted(string file) => JsonSerializer.Deserialize<string>(File.ReadAllBytes(experiment[$"obj/attribution/{file}"]))!;

        string[] Stages() => [.. experiment.Starts().Where(start => start != "submit")];
    }

    [SlurmFact]
    public void A_stage_alone_is_not_submitted()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(1, "build", "-t:ImportDatasets", "-p:Executor=slurm", "-p:Wait=false").ShouldBeEmpty();
        experiment.Output.ShouldContain($"error {ProjectErrorCodes.ValueInvalid}: Wait is false, which submits the whole experiment: leave -t out");
    }

    private static void Until(string what, Func<bool> isSo)
    {
        for (var clock = Stopwatch.StartNew(); !isSo(); Thread.Sleep(50))
            clock.Elapsed.ShouldBeLessThan(Patience, what);
    }
}
