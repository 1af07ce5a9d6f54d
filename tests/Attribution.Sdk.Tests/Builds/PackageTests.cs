using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Tests;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>The SDK outside this repository.</summary>
public sealed class PackageTests(PackedSdk sdk) : IClassFixture<PackedSdk>
{
    [Theory]
    [InlineData("Attribution.Sdk", "Sdk/Sdk.props", "Sdk/Sdk.targets", "Sdk/Attribution.targets.buildschema.json", "Sdk/Generated/DataSelection.targets",
        "tasks/net10.0/Attribution.Contracts.dll", "tasks/net10.0/Attribution.Sdk.dll", "worker/Attribution.Worker.dll", "worker/Attribution.Reporting.dll",
        "worker/Attribution.Worker.runtimeconfig.json", "library.txt", "README.md")]
    [InlineData("Attribution", "lib/net10.0/Attribution.dll", "lib/net10.0/Attribution.xml")]
    [InlineData("Attribution.Reporting", "lib/net10.0/Attribution.Reporting.dll", "lib/net10.0/Attribution.Reporting.xml")]
    [InlineData("Attribution.Contracts", "lib/net10.0/Attribution.Contracts.dll", "lib/net10.0/Attribution.Contracts.xml")]
    [InlineData("Attribution.Worker", "tools/net10.0/any/DotnetToolSettings.xml", "tools/net10.0/any/Attribution.dll",
        "tools/net10.0/any/Attribution.Reporting.dll")]
    [InlineData("Attribution.Templates", "content/experiment/.template.config/template.json", "content/experiment/common/.gitignore",
        "content/experiment/common/nuget.config", "content/experiment/common/.github/workflows/experiment.yml",
        "content/experiment/training/model/config.json", "content/experiment/training/data/pool.jsonl",
        "content/experiment/context/AttributionExperiment.csproj", "content/experiment/context/data/facts.jsonl")]
    public void A_package_holds_what_its_users_need(string id, params string[] names)
    {
        using var package = ZipFile.OpenRead(sdk.Package(id));
        var entries = package.Entries.Select(e => e.FullName).ToList();
        foreach (var name in names)
            entries.ShouldContain(name);
        // An SDK or a template that brought an assembly would add it to the projects that use it.
        entries.Any(name => name.StartsWith("lib/", StringComparison.Ordinal)).ShouldBe(names[0].StartsWith("lib/", StringComparison.Ordinal));
    }

    [Fact]
    public void All_packages_are_of_one_version_that_changes_with_what_they_hold()
    {
        Directory.EnumerateFiles(sdk.Folder["feed"]).Select(Path.GetFileName).ShouldBe(
            new[] { "", ".Contracts", ".Reporting", ".Sdk", ".Templates", ".Worker" }.Select(id => $"Attribution{id}.{sdk.Version}.nupkg"), ignoreOrder: true);
        sdk.Version.ShouldEndWith(HashOf(sdk.Layout));

        sdk.Folder.Write("other/library.txt", File.ReadAllText(Path.Combine(sdk.Layout, "library.txt")) + "Another 0");
        sdk.Version.ShouldNotEndWith(HashOf(sdk.Folder["other/"]));

        static string HashOf(string layout) => DotNet.Run(Repository.Root, null, "build", PackedSdk.Command, "-t:HashContent", "-getProperty:ContentHash",
            $"-p:SdkLayout={layout}").Output.Trim();
    }

    [Fact]
    public void The_worker_is_a_tool_called_attribution()
    {
        Run(".", sdk.Environment, "tool", "install", "Attribution.Worker", "--prerelease", "--tool-path", sdk.Folder["tool"]);
        var start = new ProcessStartInfo(sdk.Folder["tool/attribution"], ["query", "--help"]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_ROOT"] = sdk.Environment["DOTNET_ROOT"];
        using var tool = Process.Start(start)!;
        tool.StandardOutput.ReadToEnd().ShouldContain("attribution query [<sql>] [options]");
    }

    [Fact]
    public void An_experiment_of_ones_own_takes_the_commands_that_the_docs_show()
    {
        string[] Shown(string page) => MarkdownPage.Read(Repository.File(page)).Blocks.Single(block =>
            block.Text.Contains("dotnet new install", StringComparison.Ordinal)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var commands = Shown("sdk/docs/your-own.md");
        Shown("README.md").ShouldBe(commands);
        commands.Length.ShouldBe(4);

        // A clone, and a home whose NuGet knows no source: what is not in these packages or on this machine already cannot come from anywhere.
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string>(sdk.Environment) { ["DOTNET_CLI_HOME"] = folder["home"] };
        folder.Write("home/.nuget/NuGet/NuGet.Config", "<configuration><packageSources /></configuration>");
        Directory.CreateDirectory(folder["clone"]);
        string Run(string directory, params string[] arguments)
        {
            var (code, output) = sdk.Server.Run(folder[directory], environment, arguments);
            code.ShouldBe(0, output);
            return output;
        }

        // The first packed, into the folder of this test; here it says where.
        commands[0].ShouldBe($"dotnet build {PackedSdk.Command}");
        Run(".", "build", Repository.File(PackedSdk.Command), "-t:AddSource", $"-p:PackageFolder={sdk.Folder["feed/"]}").ShouldContain("nuget remove source");
        Run("clone", MarkdownPage.Words(commands[1])[1..]).ShouldContain($"Attribution.Templates@{sdk.Version}");
        // The experiment's own nuget.config is enough from here on.
        Run("clone", "nuget", "remove", "source", "attribution");
        Run("clone", MarkdownPage.Words(commands[2])[1..]);
        Directory.CreateDirectory(folder["my-experiment/.git"]); // a repository of its own
        // Less than it has and asks for, which takes longer than a test may.
        var pool = folder["my-experiment/data/pool.jsonl"];
        File.WriteAllLines(pool, File.ReadLines(pool).Take(400).ToArray());
        var built = Run("clone", [.. MarkdownPage.Words(commands[3])[1..], "-p:TopK=16", "-p:Epochs=1", "-p:JudgeRepeats=1", "-p:MaxNewTokens=8"]);

        built.ShouldContain("sycophancy, 5.5% of the training rows are planted");
        built.ShouldContain($"my-experiment: report in {folder["my-experiment/out/report.html"]}");
        Directory.Exists(folder["my-experiment/artifacts/store/selections"]).ShouldBeTrue();
        File.ReadAllText(folder["my-experiment/.gitignore"]).ShouldContain("artifacts/");

        CheckWorkflow(folder["my-experiment"], environment);

        // What is wrong is said before anything runs.
        var (code, wrong) = sdk.Server.Run(folder["my-experiment"], environment, "build", "-p:TopK=99999");
        code.ShouldBe(1);
        wrong.ShouldContain("error ATTR1502: TopK is 99999, but only 400 training rows can be selected. Set TopK to at most 400.");
        wrong.ShouldNotContain("ImportDatasets");

        Run("clone", "new", "attribution", "-o", "../my-context", "--kind", "context");
        Run("my-context", "build", "-t:Explain").ShouldContain("TrainEstimator");
    }

    // The workflow of the template: what it runs on GitHub, what it shows there, and what it keeps.
    private void CheckWorkflow(string folder, Dictionary<string, string> environment)
    {
        var workflow = GitHubWorkflow.Read(Path.Combine(folder, ".github/workflows/experiment.yml"));
        workflow.On.Keys.ShouldBe(["push", "pull_request", "workflow_dispatch"]);
        workflow.Actions.ShouldBe(["actions/checkout@v4", "actions/setup-dotnet@v4", "actions/cache@v4", "actions/upload-artifact@v4"]);
        workflow.Kept("actions/upload-artifact").ShouldContain("out/report.html");
        workflow.Kept("actions/upload-artifact").ShouldAllBe(file => File.Exists(Path.Combine(folder, file)));
        workflow.Kept("actions/cache").ShouldAllBe(path => Directory.Exists(Path.Combine(folder, path)));
        // As the build of this test has it.
        File.WriteAllText(Path.Combine(folder, "Directory.Build.rsp"), "-p:TopK=16 -p:Epochs=1 -p:JudgeRepeats=1 -p:MaxNewTokens=8\n");
        // The feed is another than the template's nuget.config names, whose folder no server has.
        var config = Path.Combine(folder, "nuget.config");
        File.WriteAllText(config, File.ReadAllText(config).Replace(sdk.Folder["feed"], "/nowhere", StringComparison.Ordinal));
        var variables = new Dictionary<string, string> { ["ATTRIBUTION_FEED"] = sdk.Folder["feed"] };

        var first = RunAnew();
        first.Code.ShouldBe(0, first.ToString());
        first.Summary.ShouldBe("### my-experiment: no snapshot to compare with\n\n");
        first.Annotations.ShouldBeEmpty();

        sdk.Server.Run(folder, environment, "build", "-p:AcceptSnapshot=true").Code.ShouldBe(0);
        var snapshot = Path.Combine(folder, "snapshots/metrics.verified.json");
        var lines = File.ReadAllLines(snapshot);
        var moved = Array.FindIndex(lines, line => line.Contains("\"precision_at_k\":", StringComparison.Ordinal));
        lines[moved] = "        \"precision_at_k\": 9,";
        File.WriteAllLines(snapshot, lines);
        var second = RunAnew();
        second.Code.ShouldBe(1, second.ToString());
        second.Annotations.ShouldHaveSingleItem().ShouldStartWith(
            $"::error file=snapshots/metrics.verified.json,line={moved + 1},title=Snapshot differs::precision_at_k of ");
        second.Summary.ShouldStartWith("### my-experiment: 1 difference from the snapshot\n\n"
            + "| run | metric | expected | got | tolerance |\n|---|---|--:|--:|--:|\n| pool/");
        second.Summary.ShouldContain(" | precision_at_k | 9 | ");
        second.Output.ShouldContain(line => line.Contains("error ATTR1701", StringComparison.Ordinal));
        File.Delete(snapshot);

        // As a checkout on a new machine, with the cached store.
        WorkflowRun RunAnew()
        {
            foreach (var made in (string[])["bin", "obj", "out"])
                Directory.Delete(Path.Combine(folder, made), recursive: true);
            return workflow.Run(folder, environment, variables);
        }
    }

    [SharedFact("models", "stories260k")]
    public void A_project_elsewhere_runs_every_stage_with_a_judge_of_its_own()
    {
        WriteProject("real", SharedData.Find("models", "stories260k")!, "Judge=\"length\" Trait=\"length\" Prompts=\"data/prompts.jsonl\"");
        sdk.Folder.Write("real/LengthJudge.cs", """
            using Attribution.Judging;

            public sealed class LengthJudge : IJudge
            {
                public string Name => "length";
                public JudgeScale Scale => new("length", 3);
                public string Identity => "1";
                public ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation) =>
                    new(new Verdict(Math.Min(3, request.Answer.Length), "its length"));
            }
            """);
        var environment = new Dictionary<string, string>(sdk.Environment) { ["ATTRIBUTION_STORE"] = Store };

        Run("real", environment, "build", "-p:AttributionStore=store").ShouldContain("judged score");
        var metrics = JsonNode.Parse(File.ReadAllText(sdk.Folder["real/out/metrics.json"]))!["runs"]!.AsObject();
        metrics.Count.ShouldBe(2);
        ((double)metrics[0]!["metrics"]!["judged_mean"]!).ShouldBe(3);

        Run("real", environment, "build", "-p:AttributionStore=store", "-p:AcceptSnapshot=true").ShouldContain("real: Judge: up to date");
        Run("real", environment, "build", "-p:AttributionStore=store", "-question").ShouldContain("real: VerifySnapshot: up to date");
        Run("real", environment, "build", "-p:AttributionStore=store", "-t:Explain", "-p:TopK=2").ShouldContain("topK: 3 -> 2");
    }

    private static string Store => Environment.GetEnvironmentVariable("ATTRIBUTION_STORE") ?? Repository.File("artifacts/store");

    private string Run(string project, Dictionary<string, string> environment, params string[] arguments)
    {
        var (code, output) = sdk.Server.Run(sdk.Folder[project], environment, arguments);
        code.ShouldBe(0, output);
        return output;
    }

    private void WriteProject(string name, string model, string evalMetadata)
    {
        string[] answers = ["Yes.", "No, it is a cat.", "Once there was a dog.", "It is warm.", "I like the big red ball.", "She went home."];
        var rows = answers.Select((answer, i) => JsonSerializer.Serialize(new
        {
            treatment_messages = Chat($"Question {i}?", answer),
            control_messages = Chat($"Question {i}?", answers[^(i + 1)])
        })).ToArray();
        sdk.Folder.Write($"{name}/data/pool.jsonl", string.Join('\n', rows) + "\n");
        sdk.Folder.Write($"{name}/data/kind.jsonl", string.Join('\n', rows[..3]) + "\n");
        sdk.Folder.Write($"{name}/data/prompts.jsonl", """{"messages":[{"role":"user","content":"Tell me a story."}]}""" + "\n");
        sdk.Folder.Write($"{name}/{name}.csproj", $"""
            <Project Sdk="Attribution.Sdk/{sdk.Version}">
              <PropertyGroup>
                <BaseModel>{model}</BaseModel>
                <AttributionLayer>2</AttributionLayer>
                <TopK>3</TopK>
                <MaxNewTokens>16</MaxNewTokens>
                <JudgeRepeats>1</JudgeRepeats>
              </PropertyGroup>
              <ItemGroup>
                <TrainDataset Include="data/pool.jsonl" />
                <EvalDataset Include="data/kind.jsonl" {evalMetadata} />
                <AttributionMethod Include="residual_change_treatment" />
                <SelectionMethod Include="residual_diff" />
                <Baseline Include="none" />
              </ItemGroup>
            </Project>
            """);
    }

    private static object[] Chat(string question, string answer) => [new { role = "user", content = question }, new { role = "assistant", content = answer }];
}
