using Attribution.Diagnostics;
using Attribution.Worker.Tests.Verbs;

namespace Attribution.Worker.Tests.Stages;

/// <summary>Builds that look for results elsewhere before they compute.</summary>
[Collection(nameof(AwsEnvironment))]
public sealed class RemoteStageTests
{
    [Fact]
    public async Task A_build_takes_all_that_another_machine_has_pushed_and_computes_nothing()
    {
        using var first = new TestExperiment(name: "first", store: "first-store").WithData(100);
        await first.RunAsync();
        using var server = new S3Server();
        Push(first, server).ShouldBe(0);

        AwsEnvironment.Use(server);
        using var second = new TestExperiment(first.Root, "second", "second-store") { Remote = "s3://results/team", OwnsRoot = false }.WithData(100);
        var build = await second.RunAsync();
        foreach (var stage in second.Stages)
        {
            build.Texts(stage, "warning").ShouldBeEmpty(stage);
            ((int)second.Summary(stage)["ran"]!).ShouldBe(0, stage);
        }
        Compared(second).ShouldBe(Compared(first));
        server.Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_damaged_there_is_computed_here_with_a_warning_and_blocks_are_taken_one_by_one()
    {
        using var first = new TestExperiment(name: "first", store: "first-store").WithData(300);
        await first.RunAsync("ImportDatasets", "ComputeAttribution");
        using var server = new S3Server();
        Push(first, server).ShouldBe(0);
        foreach (var key in server.Objects.Keys.Where(key => key.Contains("/vectors/") && !key.EndsWith("manifest.json", StringComparison.Ordinal)))
            server.Objects[key][^1] ^= 1;
        using var second = new TestExperiment(first.Root, "second", "second-store") { Remote = "s3://results/team", OwnsRoot = false }.WithData(300);
        second.Prepare();
        foreach (var stage in new[] { "ImportDatasets", "ComputeAttribution" })
        {
            using var worker = new StageProcess(second, stage, server.Environment, []);
            var (code, output) = worker.Finish();
            code.ShouldBe(0, output);
            var warnings = WorkerLine.Parse(output).Where(line => line.Kind == "warning").ToArray();
            warnings.All(line => line.Code == ErrorCodes.RemoteDamaged).ShouldBeTrue(output);
            (warnings.Length > 0).ShouldBe(stage == "ComputeAttribution");
        }
        // The tables are put together anew, out of blocks that are whole there.
        ((int)second.Summary("ComputeAttribution")["ran"]!).ShouldBeGreaterThan(0);
        ((bool)second.Summary("ComputeAttribution")["modelLoaded"]!).ShouldBeFalse();
    }

    [Fact]
    public void A_remote_store_that_cannot_be_read_costs_computing_and_no_more()
    {
        using var server = new S3Server { Refuse = _ => true };
        using var experiment = new TestExperiment { Remote = "s3://results" }.WithData(100);
        experiment.Prepare();
        using var worker = new StageProcess(experiment, "ImportDatasets", server.Environment, []);
        var (code, output) = worker.Finish();
        code.ShouldBe(0, output);
        var warning = WorkerLine.Parse(output).Single(line => line.Kind == "warning");
        warning.Code.ShouldBe(ErrorCodes.RemoteFailed);
        output.ShouldNotContain(S3Server.Secret);
        output.ShouldNotContain(S3Server.KeyId);
    }

    [Fact]
    public async Task An_address_that_cannot_be_ends_the_stage()
    {
        using var experiment = new TestExperiment { Remote = "https://example.org/x" }.WithData(100);
        experiment.Prepare();
        var error = await experiment.FailAsync("ImportDatasets");
        (error.Code, error.Property).ShouldBe((ErrorCodes.RemoteInvalid, "AttributionRemote"));
    }

    private static int Push(TestExperiment experiment, S3Server server) =>
        CommandLine.Run(server.Environment, "store", "push", "s3://results/team", "--store", experiment.Store).Code;

    private static Dictionary<string, string> Compared(TestExperiment experiment) =>
        experiment.Outputs().Where(file => !file.Key.StartsWith("report", StringComparison.Ordinal)).ToDictionary();
}
