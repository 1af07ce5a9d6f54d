namespace Attribution.Sdk.Tests.Builds;

public sealed class GroundTruthExperimentTests : IDisposable
{
    private readonly BuildServer _server = new();

    /// <summary>A small part of the experiment, with a snapshot of its own: by hand it is built in full.</summary>
    private static readonly string[] Small =
    [
        "experiments/ground-truth", "-tl:off", "-p:Variant=small", "-p:Rows=60", "-p:Subsets=5", "-p:Ks=8", "-p:TopK=8", "-p:MaxNewTokens=16",
        "-p:ScoringMethod=trackstar",
    ];

    [Fact]
    public void The_experiment_gives_the_metrics_of_its_snapshot_and_is_up_to_date_then()
    {
        var built = Build();
        built.ShouldMatch("metrics equal the snapshot|VerifySnapshot: up to date");
        built.ShouldContain("LDS, pool -> sycophancy: 5 subsets, 1 seed");
        Build("-question").ShouldNotContain("ran ");
        var explained = Build("-t:Explain", "-p:Subsets=7").Split('\n').Select(line => line.Trim()).ToArray();
        explained.ShouldContain("FineTune: up to date");
        explained.ShouldContain("RetrainSubsets: to run (2 of 7 adapters)");
        explained.ShouldContain("MeasureLds: waits for what RetrainSubsets writes");
    }

    public void Dispose() => _server.Dispose();

    private string Build(params string[] more)
    {
        var (code, output) = _server.Run(Repository.Root, Repository.Environment, ["build", .. Small, .. more]);
        code.ShouldBe(0, output);
        return output;
    }
}
