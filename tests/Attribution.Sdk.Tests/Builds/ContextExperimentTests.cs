namespace Attribution.Sdk.Tests.Builds;

public sealed class ContextExperimentTests
{
    /// <summary>A fifth of the experiment, with a snapshot of its own: by hand it is built in full.</summary>
    private static readonly string[] Small = ["experiments/context-quickstart", "-tl:off", "-p:Variant=small", "-p:Take=40"];

    [Fact]
    public void The_context_quickstart_gives_the_metrics_of_its_snapshot_and_is_up_to_date_then()
    {
        Build().ShouldContain("metrics equal the snapshot");
        Build("-question").ShouldNotContain("ran ");
        var explained = Build("-t:Explain", "-p:Steps=20");
        foreach (var stage in new[] { "Generate", "FeaturesAndOutputs" })
            explained.ShouldContain($"{stage}: up to date");
        explained.ShouldContain("TrainEstimator: to run (1 of 1 estimators)");
        explained.ShouldContain("Steps: 1000 -> 20", Case.Insensitive);
    }

    private static string Build(params string[] more)
    {
        var (code, output) = DotNet.Run(Repository.Root, Repository.Environment, ["build", .. Small, .. more]);
        code.ShouldBe(0, output);
        return output;
    }
}
