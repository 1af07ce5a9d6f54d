namespace Attribution.Sdk.Tests.Builds;

/// <summary>A build with <c>Wait=false</c>.</summary>
public sealed class SubmittedBuildTests(SdkLayout sdk) : IClassFixture<SdkLayout>
{
    [Fact]
    public void A_stage_alone_is_not_submitted()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(1, "build", "-t:ImportDatasets", "-p:Executor=slurm", "-p:Wait=false");
        experiment.Starts().ShouldNotContain("ImportDatasets");
        experiment.Output.ShouldContain($"error {ProjectErrorCodes.ValueInvalid}: Wait is false, which submits the whole experiment: leave -t out");
    }
}
