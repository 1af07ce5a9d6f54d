using System.Diagnostics;
using System.Text.RegularExpressions;
using Attribution.Diagnostics;
using Attribution.Tests.Slurm;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>A build with <c>Wait=false</c>: a job of a cluster, and another that goes on when that is ended.</summary>
public sealed partial class SubmittedBuildTests : IClassFixture<SdkLayout>, IClassFixture<SlurmCluster>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly SdkLayout _sdk;
    private readonly SlurmCluster _cluster;
    private readonly TemporaryExperiment _experiment;

    public SubmittedBuildTests(SdkLayout sdk, SlurmCluster cluster)
    {
        (_sdk, _cluster, _experiment) = (sdk, cluster, new(sdk));
        _experiment.Write("worker.real", Repository.File($"sdk/Attribution.Worker/bin/{Repository.Configuration}/net10.0/Attribution.Worker.dll"));
    }

    private string[] Stages => [.. _experiment.Starts().Where(start => start != "submit")];

    [SlurmFact]
    public void A_build_that_does_not_wait_is_a_job_that_another_goes_on_with_and_the_same_command_tells_how_far_it_is()
    {
        _experiment.Write("worker.does", "SelectTrainingData pause");
        var (first, second) = Jobs(Build());
        Until("the job is at work", () => File.Exists(_experiment["worker.pid"]));
        Build().ShouldContain($"job {first} is running");
        Stages.ShouldBe(TemporaryExperiment.Stages[..3], "only the job runs stages");

        // As the system ends it at its time limit. The other job takes its place and finds what it has done.
        _cluster.Ask("scancel", first);
        Until("the other job is at work", () => Stages.Length == 4);
        Build().ShouldContain($"job {second} is running");
        File.Delete(_experiment["worker.does"]);
        Ended().ShouldBe("0", Said());
        Stages.ShouldBe([.. TemporaryExperiment.Stages[..3], .. TemporaryExperiment.Stages[2..]]);
        Until("the job that would have gone on is cancelled", () => _cluster.Ask("squeue", "--noheader").Length == 0);
        Build().ShouldContain("up to date; nothing is submitted");
        File.Exists(_experiment["out/report.html"]).ShouldBeTrue();
    }

    [SlurmFact]
    public void Of_a_job_that_failed_or_was_cancelled_the_same_command_tells_the_end_and_submits_another()
    {
        _experiment.Write("worker.does", "ComputeAttribution error");
        var (failed, _) = Jobs(Build());
        Ended().ShouldBe("1", Said());
        Until("no job goes on after an error", () => _cluster.Ask("squeue", "--noheader").Length == 0);

        _experiment.Write("worker.does", "ComputeAttribution pause");
        var output = Build();
        output.ShouldContain($"The build before, job {failed}, ended with exit code 1.");
        output.ShouldContain("ATTR1301");
        var (canceled, _) = Jobs(output);
        Until("the job is at work", () => File.Exists(_experiment["worker.pid"]));

        _cluster.Ask("scancel", "--name=attribution-tiny");
        Until("both jobs are gone", () => _cluster.Ask("squeue", "--noheader").Length == 0);
        output = Build();
        output.ShouldContain($"The build before, job {canceled}, was ended before its time.");
        Jobs(output);
    }

    [Fact]
    public void A_stage_alone_is_not_submitted()
    {
        _experiment.Run(1, "build", "-t:ImportDatasets", "-p:Executor=slurm", "-p:Wait=false");
        _experiment.Starts().ShouldNotContain("ImportDatasets");
        _experiment.Output.ShouldContain($"error {ErrorCodes.ValueInvalid}: Wait is false, which submits the whole experiment: leave -t out");
    }

    public void Dispose()
    {
        _cluster.Clear();
        _experiment.Dispose();
    }

    private string Build()
    {
        var (code, output) = _sdk.Run(_experiment["."], new Dictionary<string, string>([new("SLURM_CONF", _cluster.Configuration), CompilerServer.None]),
            "build", "-p:Executor=slurm", "-p:Wait=false");
        code.ShouldBe(0, output);
        return output;
    }

    /// <summary>The exit code of the build in the job, once it has ended.</summary>
    private string Ended()
    {
        var code = "";
        Until("the build has ended", () => File.Exists(Note("done")) && (code = File.ReadAllText(Note("done")).Trim()).Length > 0);
        return code;
    }

    /// <summary>What the build in the job printed.</summary>
    private string Said() => File.Exists(Note("out")) ? File.ReadAllText(Note("out")) : "";

    private string Note(string kind) => _experiment[$"obj/attribution/slurm.build.{kind}"];

    private void Until(string what, Func<bool> isSo)
    {
        for (var clock = Stopwatch.StartNew(); !isSo(); Thread.Sleep(50))
            clock.Elapsed.ShouldBeLessThan(Patience, $"{what}: {Said()}");
    }

    private static (string First, string Second) Jobs(string output)
    {
        var jobs = Submitted().Match(output);
        jobs.Success.ShouldBeTrue(output);
        return (jobs.Groups["first"].Value, jobs.Groups["second"].Value);
    }

    [GeneratedRegex(@"submitted as job (?<first>\d+); job (?<second>\d+) goes on")]
    private static partial Regex Submitted();
}
