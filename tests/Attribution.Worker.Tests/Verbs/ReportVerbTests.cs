using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests.Verbs;

/// <summary>One page over several experiments.</summary>
public sealed class ReportVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Experiments_and_variants_are_on_one_page_with_links_to_their_reports()
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
        var result = await CommandLine.RunHereAsync(["report", .. all, "--output", _folder["pages/all.html"]]);
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
        (await CommandLine.RunHereAsync("report", _folder["experiments"], "--output", _folder["pages/folder.html"])).Code.ShouldBe(0);
        File.ReadAllText(_folder["pages/folder.html"]).ShouldBe(page);
    }

    [Theory]
    [InlineData("deep")]
    [InlineData("pipe")]
    [InlineData("null")]
    [InlineData("""{"runs":{"a":null}}""")]
    [InlineData("""{"runs":{},"groups":{"a":null}}""")]
    [InlineData("""{"runs":{},"verdicts":[null]}""")]
    [InlineData("""{"runs":{"a":{"settings":{"train":"\ud800"},"metrics":{}}}}""")]
    [InlineData("""{"runs":{"a":{"settings":{},"metrics":{"judged_mean":1e999}}}}""")]
    [InlineData("""{"runs":{"a":{"settings":null,"metrics":{}}}}""")]
    public async Task A_file_of_metrics_that_is_none_is_an_error_that_names_it(string metrics)
    {
        var file = _folder.Write("a/out/metrics.json", metrics == "deep" ? "{\"runs\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) : metrics);
        if (metrics == "pipe")
        {
            File.Delete(file);
            System.Diagnostics.Process.Start("mkfifo", file).WaitForExit();
        }
        BuiltExperiment.Write(_folder, "b");
        foreach (string[] verb in new[] { new[] { "report", _folder["a"], "--output", _folder["x.html"] }, ["compare", _folder["a"], _folder["b"]] })
        {
            var (code, _, error) = await CommandLine.RunHereAsync(verb).WaitAsync(TimeSpan.FromMinutes(1));
            (code, error.StartsWith(metrics == "pipe" ? "error ATTR1805" : "error ATTR1702", StringComparison.Ordinal)).ShouldBe((1, true), error);
            error.ShouldContain(file);
            error.Length.ShouldBeLessThan(1000);
        }
    }

    [Fact]
    public async Task Names_from_elsewhere_are_text_on_the_page()
    {
        const string evil = "</script><img src=x onerror=alert(1)><!--";
        _folder.Write("a/out/metrics.json", System.Text.Json.JsonSerializer.Serialize(new
        {
            runs = new Dictionary<string, object>
            {
                [evil] = new
                {
                    settings = new { train = evil, eval = evil, attribution = evil, selection = evil, extra = evil },
                    metrics = new Dictionary<string, double> { [evil] = 1, ["judged_mean"] = 2 },
                },
            },
        }));
        (await CommandLine.RunHereAsync("report", _folder["a"], "--output", _folder["x.html"])).Code.ShouldBe(0);
        var page = File.ReadAllText(_folder["x.html"]);
        page.ShouldNotContain("<img");
        page.ShouldNotContain("<!--");
        page.Split("</script>").Length.ShouldBe(3, "the data and the script");
    }

    [Fact]
    public async Task What_is_no_experiment_or_has_no_metrics_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(_folder["unbuilt"]);
        var nothing = await CommandLine.RunHereAsync("report", _folder["unbuilt"]);
        nothing.Code.ShouldBe(1);
        nothing.Error.ShouldContain("ATTR1711");
        nothing.Error.ShouldContain("Build an experiment first");
        (await CommandLine.RunHereAsync("report", _folder["nowhere"])).Error.ShouldContain("There is no experiment");
        BuiltExperiment.Write(_folder, "a");
        (await CommandLine.RunHereAsync("report", _folder["a"], "--output", _folder["a"])).Error.ShouldContain("ATTR1015");
    }
}
