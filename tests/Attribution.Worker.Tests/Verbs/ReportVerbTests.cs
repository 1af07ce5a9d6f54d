using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Verbs;

/// <summary>One page over several experiments.</summary>
public sealed class ReportVerbTests : IDisposable
{
    private static readonly Dictionary<string, string?> NoVariables = [];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Experiments_and_variants_are_on_one_page_with_links_to_their_reports()
    {
        BuiltExperiment.Write(_folder, "experiments/a b");
        BuiltExperiment.Write(_folder, "experiments/c", precision: 0.75);
        BuiltExperiment.WriteSeeds(_folder, "experiments/c/out/large");
        _folder.Write("experiments/a b/out/report.html", "<!doctype html>");
        _folder.Write("experiments/c/out/large/report.html", "<!doctype html>");
        _folder.Write("experiments/Directory.Build.props", "<Project />");
        Directory.CreateDirectory(_folder["experiments/unbuilt"]);

        // As a shell puts experiments/* .
        string[] all = [.. Directory.EnumerateFileSystemEntries(_folder["experiments"]).Order(StringComparer.Ordinal)];
        var result = CommandLine.Run(NoVariables, ["report", .. all, "--output", _folder["pages/all.html"]]);
        result.Code.ShouldBe(0, result.Error);
        result.Output.ShouldContain("3 experiments, 5 runs");
        result.Output.ShouldContain("unbuilt");

        var page = File.ReadAllText(_folder["pages/all.html"]);
        page.ShouldContain("href=\"../experiments/a%20b/out/report.html\"");
        page.ShouldContain("href=\"../experiments/c/out/large/report.html\"");
        page.ShouldNotContain("experiments/c/out/report.html", customMessage: "a report that is not there is no link");
        page.ShouldContain("not told from random</span>");
        page.ShouldContain("2 seeds");
        page.Split("href=\"").Skip(1).ShouldAllBe(address => address.StartsWith("../", StringComparison.Ordinal) || address.StartsWith('#'));
        var data = JsonNode.Parse(page.Split("id=\"data-overview\">")[1].Split("</script>")[0])!;
        data["lines"]!.AsArray().Select(line => (double)line!["metrics"]!["precision_at_k"]!).ShouldBe([0.5, 0.25, 0.75, 0.25, 0.5]);

        // A folder of experiments is all of them.
        CommandLine.Run(NoVariables, "report", _folder["experiments"], "--output", _folder["pages/folder.html"]).Code.ShouldBe(0);
        File.ReadAllText(_folder["pages/folder.html"]).ShouldBe(page);
    }

    [Fact]
    public void What_is_no_experiment_or_has_no_metrics_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(_folder["unbuilt"]);
        var nothing = CommandLine.Run(NoVariables, "report", _folder["unbuilt"]);
        nothing.Code.ShouldBe(1);
        nothing.Error.ShouldContain("ATTR1711");
        nothing.Error.ShouldContain("Build an experiment first");
        CommandLine.Run(NoVariables, "report", _folder["nowhere"]).Error.ShouldContain("There is no experiment");
        BuiltExperiment.Write(_folder, "a");
        CommandLine.Run(NoVariables, "report", _folder["a"], "--output", _folder["a"]).Error.ShouldContain("ATTR1015");
    }
}
