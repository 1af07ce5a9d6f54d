using System.Collections;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Attribution.Sdk.Tests.Builds;

public sealed class ExperimentsOfThisRepositoryTests
{
    [Fact]
    public void Experiments_that_say_RunInTests_give_the_metrics_of_their_snapshots()
    {
        // Where the store of this machine is, if someone said so.
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(v => ((string)v.Key).StartsWith("ATTRIBUTION_", StringComparison.Ordinal)).ToDictionary(v => (string)v.Key, v => (string)v.Value!);
        foreach (var project in Directory.EnumerateFiles(Repository.File("experiments"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => XDocument.Load(file).Descendants("RunInTests").Any(p => p.Value == "true")))
        {
            File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "snapshots",
                "metrics.verified.json")).ShouldBeTrue($"{project}: accept its snapshot and commit it");
            var (code, output) = DotNet.Run(Repository.Root, environment, "build", project, "-tl:off");
            code.ShouldBe(0, output);
            new FileInfo(Path.Combine(Path.GetDirectoryName(project)!, "out", "report.html")).Length.ShouldBeInRange(10_000, 2_000_000);
        }
    }

    [Fact]
    public void Experiments_that_know_a_scale_run_at_the_tiny_one()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(v => ((string)v.Key).StartsWith("ATTRIBUTION_", StringComparison.Ordinal)).ToDictionary(v => (string)v.Key, v => (string)v.Value!);
        // Helper processes would start for longer than they work.
        var (code, output) = DotNet.Run(Repository.Root, environment, "build", "-m", "experiments/sweep.proj", "-p:Scale=tiny", "-tl:off", "-p:Workers=1");
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
