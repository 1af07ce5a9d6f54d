using System.Text.Json.Nodes;

namespace Attribution.Sdk.Tests.Builds;

public sealed class TinyScaleTests
{
    [Fact]
    public void Experiments_that_know_a_scale_run_at_the_tiny_one()
    {
        // Helper processes would start for longer than they work.
        var (code, output) = DotNet.Run(Repository.Root, Repository.Environment, "build", "-m", "experiments/sweep.proj", "-p:Scale=tiny", "-p:Workers=1",
            "-tl:off");
        code.ShouldBe(0, output);
        foreach (var experiment in (string[])["medhallu", "personality", "ultrafeedback"])
        {
            // Three training sets and the base model, for each of two evaluation sets.
            var runs = JsonNode.Parse(File.ReadAllText(Repository.File($"experiments/{experiment}/out/tiny/metrics.json")))!["runs"]!.AsObject();
            runs.Count.ShouldBe(8, experiment);
            runs.ShouldAllBe(run => run.Value!["metrics"]!["judged_mean_before"] != null || run.Value!["metrics"]!["judged_mean"] != null);
        }
    }
}
