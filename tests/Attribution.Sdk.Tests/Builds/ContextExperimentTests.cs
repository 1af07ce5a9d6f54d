namespace Attribution.Sdk.Tests.Builds;

public sealed class ContextExperimentTests : IDisposable
{
    private readonly BuildServer _server = new();

    /// <summary>A fifth of the experiment, with a snapshot of its own: by hand it is built in full.</summary>
    private static readonly string[] Small = ["experiments/context-quickstart", "-tl:off", "-p:Variant=small", "-p:Take=40"];

    [Fact]
    public void The_context_quickstart_gives_the_metrics_of_its_snapshot_and_is_up_to_date_then()
    {
        Build().ShouldMatch("metrics equal the snapshot|VerifySnapshot: up to date");
        Build("-question").ShouldNotContain("ran ");
        var explained = Build("-t:Explain", "-p:Steps=20");
        foreach (var stage in new[] { "Generate", "FeaturesAndOutputs" })
            explained.ShouldContain($"{stage}: up to date");
        explained.ShouldContain("TrainEstimator: to run (1 of 1 estimators)");
        explained.ShouldContain("Steps: 1000 -> 20", Case.Insensitive);
    }

    public void Dispose() => _server.Dispose();

    private string Build(params string[] more)
    {
        var (code, output) = _server.Run(Repository.Root, Repository.Environment, ["build", .. Small, .. more]);
        code.ShouldBe(0, output);
        return output;
    }
}
