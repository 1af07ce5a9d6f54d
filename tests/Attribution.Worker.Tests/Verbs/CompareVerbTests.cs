using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Attribution.Worker.Comparison;
using Attribution.Worker.Verbs;
using Spectre.Console;

namespace Attribution.Worker.Tests.Verbs;

public sealed class CompareVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_experiments_are_shown_side_by_side_with_differences()
    {
        BuiltExperiment.Write(_folder, "a");
        BuiltExperiment.Write(_folder, "b", precision: 0.75);
        var output = await Compare(_folder["a"], _folder["b"]);
        Line(output, "residual_diff x residual_diff").Split(' ', StringSplitOptions.RemoveEmptyEntries)[3..]
            .ShouldBe(["0.500", "0.750", "+0.250", "-0.250", "-0.250", "=", "1.500", "1.500", "="]);
        output.ShouldContain("2 runs, 1 with a difference");
        (await Compare(_folder["a/out/metrics.json"], _folder["b/out/metrics.json"])).ShouldBe(output);
        output.ShouldNotContain("\x1b");
        output.ShouldNotContain("unjudged");
        var all = await Compare(_folder["a"], _folder["b"], "--all");
        all.Split('\n').Count(line => line.Contains("unjudged")).ShouldBe(2);
        Line(all, "pool/residual_diff/kind.residual_diff.layer2").ShouldContain("precision_at_k");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_terminal_narrower_than_the_table_loses_no_label(bool all)
    {
        BuiltExperiment.Write(_folder, "a");
        BuiltExperiment.Write(_folder, "b", precision: 0.75);
        var output = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = 40;
        ComparisonReport.WriteTable(MetricsComparison.Of(MetricsSource.Of(_folder["a"]), MetricsSource.Of(_folder["b"])), console, all);
        output.ToString().ShouldBe(await Compare([_folder["a"], _folder["b"], .. all ? (string[])["--all"] : []]));
        Line(output.ToString(), all ? "pool/residual_diff/kind.residual_diff.layer2" : "residual_diff x residual_diff").ShouldContain("+0.250");
    }

    /// <summary>By default, without --all: deviations, intervals, and what each build decided.</summary>
    [Fact]
    public async Task Deviations_over_seeds_intervals_and_verdicts_are_shown()
    {
        Write("a", judged: 2, sd: 0.25, lower: -0.5, upper: 2.5, "not told from random");
        Write("b", judged: 2.5, sd: 0.125, lower: 1.25, upper: 1.75, "best");
        var output = await Compare(_folder["a"], _folder["b"]);
        var lines = output.Split('\n').Where(line => line.Contains("residual_diff x residual_diff", StringComparison.Ordinal)).Select(line =>
            string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3..])).ToArray();
        lines[0].ShouldBe("2.000 ± 0.250 2.500 ± 0.125 +0.500");
        lines[1].ShouldBe("1.000 [-0.500, 2.500] 1.500 [1.250, 1.750] +0.500");
        output.ShouldContain("pool -> kind\n  A: residual_diff x residual_diff leads on half of the prompts; on the others it has 2.00 ± 0.25, over random "
            + "+1.00 [-0.50, 2.50]\n     verdict: not told from random\n  B: residual_diff x residual_diff leads");
        output.ShouldContain("     verdict: best\n");
        output.ShouldNotContain("more metrics differ");

        var verdict = JsonNode.Parse(await Compare(_folder["a"], _folder["b"], "--json"))!["verdicts"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)verdict["a"]!["text"]!, (bool)verdict["b"]!["is_best"]!).ShouldBe(("not told from random", true));

        void Write(string name, double judged, double sd, double lower, double upper, string text)
        {
            const string Run = "pool/residual_diff/kind.residual_diff.layer2";
            _folder.Write($"{name}/out/metrics.json", System.Text.Json.JsonSerializer.Serialize(new
            {
                runs = new Dictionary<string, object>
                {
                    [Run] = new
                    {
                        settings = new { train = "pool", eval = "kind", attribution = "residual_diff", selection = "residual_diff" },
                        metrics = new
                        {
                            judged_mean = judged,
                            judged_mean_sd = sd,
                            judged_mean_over_random = judged - 1,
                            judged_mean_over_random_lower = lower,
                            judged_mean_over_random_upper = upper
                        }
                    }
                },
                verdicts = new[] { new { train = "pool", eval = "kind", metric = "judged_mean", leader = Run, score = judged, score_sd = sd,
                    over_random = new { difference = judged - 1, lower, upper, cells = 2 }, seeds = 2, prompts = 5, is_best = text == "best", text } },
            }));
        }
    }

    [Fact]
    public async Task Runs_that_differ_only_in_their_layer_are_counterparts()
    {
        BuiltExperiment.Write(_folder, "a", layer: 2);
        BuiltExperiment.Write(_folder, "b", layer: 3, judged: 1);
        var json = JsonNode.Parse(await Compare(_folder["a"], _folder["b"], "--json"))!;
        var run = json["runs"]![0]!;
        ((string)run["a"]!).ShouldEndWith("layer2");
        ((string)run["b"]!).ShouldEndWith("layer3");
        ((int)run["settings"]!["layer"]!["a"]!, (int)run["settings"]!["layer"]!["b"]!).ShouldBe((2, 3));
        ((double)run["metrics"]!["judged_mean"]!["difference"]!).ShouldBe(-0.5);
        json["only_a"]!.AsArray().ShouldBeEmpty();
        (await Compare(_folder["a"], _folder["b"])).ShouldContain("layer: 2 -> 3 (1 run)");
    }

    [Fact]
    public async Task A_measure_of_ground_truth_and_an_end_of_the_ranking_are_paired_with_their_own_kind()
    {
        Write("a", layer: 2, Run("k8.top", 8, "top"), Run("k8.bottom", 8, "bottom"), Run("k4.top", 4, "top"), Lds());
        Write("b", layer: 3, Run("k8.top", 8, "top"), Run("k8.bottom", 8, "bottom"), Run("k4.top", 4, "top"), Lds());
        Write("plain", layer: 2, Run("", 8, null));
        Write("measured", layer: 3, Lds());
        (await Pairs("a", "b")).ShouldBe(["k8.top k8.top", "k8.bottom k8.bottom", "k4.top k4.top", "lds lds"]);
        (await Pairs("plain", "measured")).ShouldBeEmpty("a run and a measure of ground truth have nothing in common");
        (await Pairs("plain", "a")).ShouldBe([" k8.top"], "without a k-curve, rows are from the top");

        static (string, Dictionary<string, object>, object) Run(string name, int k, string? end)
        {
            var settings = new Dictionary<string, object>
            {
                ["train"] = "pool",
                ["eval"] = "kind",
                ["attribution"] = "dot",
                ["selection"] = "dot",
                ["top_k"] = k
            };
            if (end is not null)
                settings["end"] = end;
            return (name, settings, new { judged_mean = k });
        }

        static (string, Dictionary<string, object>, object) Lds() => ("lds", new()
        {
            ["ground_truth"] = "lds",
            ["train"] = "pool",
            ["eval"] = "kind",
            ["attribution"] = "dot",
            ["selection"] = "dot"
        }, new { lds = 0.5 });

        void Write(string name, int layer, params (string Name, Dictionary<string, object> Settings, object Metrics)[] runs) =>
            _folder.Write($"{name}/out/metrics.json", System.Text.Json.JsonSerializer.Serialize(new
            {
                runs = runs.ToDictionary(run => $"layer{layer}.{run.Name}", run => new
                {
                    settings = new Dictionary<string, object>(run.Settings) { ["layer"] = layer },
                    metrics = run.Metrics
                })
            }));

        async Task<string[]> Pairs(string a, string b) => [.. JsonNode.Parse(await Compare(_folder[a], _folder[b], "--json"))!["runs"]!.AsArray()
            .Select(run => $"{((string)run!["a"]!)["layer0.".Length..]} {((string)run["b"]!)["layer0.".Length..]}")];
    }

    [Fact]
    public async Task Methods_of_context_attribution_show_their_drops_where_no_source_is_known_too()
    {
        foreach (var (name, drop) in new[] { ("a", "0.5"), ("b", "0.75") })
            _folder.Write($"{name}/out/metrics.json", $$$"""
                {"runs":{"facts/at2":{"settings":{"dataset":"facts","method":"at2"},
                  "metrics":{"top5_drop":{{{drop}}},"lds":0.25,"lds_lower":0.1,"lds_upper":0.4} } } }
                """);
        var output = await Compare(_folder["a"], _folder["b"]);
        output.ShouldContain("top5_drop");
        Line(output, "facts/at2").Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].ShouldBe(["0.250", "0.250", "=", "0.500", "0.750", "+0.250"]);
        output.ShouldNotContain("more metrics differ");
    }

    [Fact]
    public async Task A_run_without_a_counterpart_is_named()
    {
        BuiltExperiment.Write(_folder, "a");
        BuiltExperiment.Write(_folder, "b");
        _folder.Write("b/out/metrics.json", File.ReadAllText(_folder["b/out/metrics.json"]).Replace("pool/random/kind",
            "pool/random/other").Replace("\"random\"", "\"drawn\""));
        var output = await Compare(_folder["a"], _folder["b"]);
        output.ShouldContain("only in A: pool/random/kind");
        output.ShouldContain("only in B: pool/random/other");
    }

    [Fact]
    public async Task The_snapshot_of_a_revision_is_the_past_that_the_present_is_compared_with()
    {
        Git("init", "-q");
        BuiltExperiment.Write(_folder, "x", precision: 0.25);
        Directory.CreateDirectory(_folder["x/snapshots"]);
        File.Move(_folder["x/out/metrics.json"], _folder["x/snapshots/metrics.verified.json"]);
        Git("add", "x/snapshots");
        Git("commit", "-q", "-m", "The first");
        Git("rm", "-q", "-r", "x/snapshots");
        Git("commit", "-q", "-m", "The second");

        (await Fail(_folder["x"], "--against", "HEAD~1")).ShouldContain("ATTR1711");
        BuiltExperiment.Write(_folder, "x", precision: 0.5);
        Line(await Compare(_folder["x"], "--against", "HEAD~1"), "residual_diff x residual_diff").ShouldContain("0.250 0.500 +0.250");
        (await Fail(_folder["x"], "--against", "HEAD")).ShouldContain("ATTR1714: The revision 'HEAD'");
        (await Fail(_folder["x"], "--against", "v9")).ShouldContain("ATTR1713: The git repository");
        (await Fail(_folder["x"], "--against", "--output=y")).ShouldContain("There is no option --output=y");
        var (code, _, error) = CommandLine.Run(new Dictionary<string, string?> { ["PATH"] = "" }, "compare", _folder["x"], "--against", "HEAD");
        (code, error).ShouldBe((1, "error ATTR1712: Comparing with a revision needs git, which is not on the PATH. Install it (Debian: apt-get install "
            + "git). (property --against)\n"));
    }

    [Fact]
    public async Task A_variant_is_compared_with_its_own_snapshot()
    {
        Git("init", "-q");
        foreach (var (folder, precision) in new[] { ("snapshots", 0.25), ("snapshots/small", 0.125) })
        {
            BuiltExperiment.Write(_folder, "made", precision: precision);
            Directory.CreateDirectory(_folder[$"x/{folder}"]);
            File.Move(_folder["made/out/metrics.json"], _folder[$"x/{folder}/metrics.verified.json"]);
            BuiltExperiment.Write(_folder, "made", precision: 0.5);
            var output = Directory.CreateDirectory(_folder[$"x/{folder.Replace("snapshots", "out", StringComparison.Ordinal)}"]).FullName;
            File.Move(_folder["made/out/metrics.json"], Path.Combine(output, "metrics.json"));
        }
        Git("add", "x/snapshots");
        Git("commit", "-q", "-m", "Both");
        var own = await Compare(_folder["x/out/metrics.json"], "--against", "HEAD");
        own.ShouldStartWith($"A: {_folder["x/snapshots/metrics.verified.json"]} at HEAD");
        Line(own, "residual_diff x residual_diff").ShouldContain("0.250 0.500 +0.250");
        var variant = await Compare(_folder["x/out/small/metrics.json"], "--against", "HEAD");
        variant.ShouldStartWith($"A: {_folder["x/snapshots/small/metrics.verified.json"]} at HEAD");
        Line(variant, "residual_diff x residual_diff").ShouldContain("0.125 0.500 +0.375");

        Directory.CreateDirectory(_folder["x/out/large"]);
        File.Copy(_folder["x/out/metrics.json"], _folder["x/out/large/metrics.json"]);
        (await Fail(_folder["x/out/large/metrics.json"], "--against", "HEAD")).ShouldContain("has no snapshots/large/metrics.verified.json of");
    }

    [Fact]
    public async Task What_cannot_be_compared_is_said()
    {
        BuiltExperiment.Write(_folder, "a");
        Directory.CreateDirectory(_folder["new"]);
        (await Fail(_folder["a"], _folder["new"])).ShouldContain($"ATTR1711: The experiment '{_folder["new"]}' has no metrics yet: there is no "
            + "metrics.json in its folder out. Build it first: dotnet build");
        (await Fail(_folder["a"], _folder["none"])).ShouldContain($"ATTR1711: There is no experiment '{_folder["none"]}'.");
        (await Fail(_folder["a"], "--against", "HEAD")).ShouldContain("ATTR1712: ");
        (await Fail(_folder["a"])).ShouldContain("Name a second experiment to compare with, or a git revision with --against.");
        (await Fail(_folder["a"], _folder["a"], "--against", "HEAD")).ShouldContain("name one experiment");
        _folder.Write("broken/out/metrics.json", "{");
        (await Fail(_folder["a"], _folder["broken"])).ShouldContain("ATTR1702");
    }

    private static string Line(string output, string start) => output.Split('\n').Single(l => l.TrimStart().StartsWith(start, StringComparison.Ordinal));

    private static async Task<string> Compare(params string[] arguments)
    {
        var (code, output, error) = await Run(arguments);
        code.ShouldBe(0, error);
        return output;
    }

    private static async Task<string> Fail(params string[] arguments)
    {
        var (code, _, error) = await Run(arguments);
        code.ShouldBe(1);
        return error;
    }

    private static Task<(int Code, string Output, string Error)> Run(string[] arguments) => CommandLine.RunHereAsync(["compare", .. arguments]);

    private void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git",
            ["-c", "user.name=Test", "-c", "user.email=test@example.org", .. arguments])
        { WorkingDirectory = _folder.Path })!;
        git.WaitForExit();
        git.ExitCode.ShouldBe(0);
    }
}
