using System.Xml.Linq;

namespace Attribution.Sdk.Tests.Builds;

public sealed class ExperimentsOfThisRepositoryTests
{
    [Fact]
    public void Experiments_that_say_RunInTests_give_the_metrics_of_their_snapshots()
    {
        foreach (var project in Directory.EnumerateFiles(Repository.File("experiments"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => XDocument.Load(file).Descendants("RunInTests").Any(p => p.Value == "true")))
        {
            File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "snapshots",
                "metrics.verified.json")).ShouldBeTrue($"{project}: accept its snapshot and commit it");
            var (code, output) = DotNet.Run(Repository.Root, Repository.Environment, "build", project, "-tl:off");
            code.ShouldBe(0, output);
            new FileInfo(Path.Combine(Path.GetDirectoryName(project)!, "out", "report.html")).Length.ShouldBeInRange(10_000, 2_000_000);
        }
    }
}
