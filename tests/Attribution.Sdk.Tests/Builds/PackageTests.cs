using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attribution.Tests;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>The SDK outside this repository.</summary>
public sealed class PackageTests(PackedSdk sdk) : IClassFixture<PackedSdk>
{
    [Fact]
    public void The_package_holds_targets_tasks_and_worker_and_no_library()
    {
        using var package = ZipFile.OpenRead(sdk.Package);
        var names = package.Entries.Select(e => e.FullName).ToList();
        foreach (var name in new[] { "Sdk/Sdk.props", "Sdk/Sdk.targets", "Sdk/Stages/FineTune.targets", "tasks/net10.0/Attribution.Sdk.dll", "worker/Attribution.Worker.dll", "worker/Attribution.Worker.runtimeconfig.json", "library.txt", "README.md" })
            names.ShouldContain(name);
        names.ShouldNotContain(name => name.StartsWith("lib/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_project_elsewhere_keeps_its_store_beside_it()
    {
        WriteProject("elsewhere", "model", "");
        sdk.Folder.Write("elsewhere/model/config.json", "{}");
        string[] build = ["build", $"-p:AttributionWorker={Repository.Worker}"];
        Build("elsewhere", sdk.Environment, build).ShouldContain("elsewhere: VerifySnapshot: ran");
        Directory.Exists(sdk.Folder["elsewhere/artifacts/store"]).ShouldBeTrue();
        Build("elsewhere", sdk.Environment, build).ShouldContain("elsewhere: ImportDatasets: up to date");
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
                public ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation) => new(new Verdict(Math.Min(3, request.Answer.Length), "its length"));
            }
            """);
        // The native parts lie where building this repository provided them.
        var environment = new Dictionary<string, string>(sdk.Environment) { ["ATTRIBUTION_STORE"] = Environment.GetEnvironmentVariable("ATTRIBUTION_STORE") ?? Repository.File("artifacts/store") };

        Build("real", environment, "build", "-p:AttributionStore=store").ShouldContain("judged score");
        var metrics = JsonNode.Parse(File.ReadAllText(sdk.Folder["real/out/metrics.json"]))!["runs"]!.AsObject();
        metrics.Count.ShouldBe(2);
        ((double)metrics[0]!["metrics"]!["judged_mean"]!).ShouldBe(3);

        Build("real", environment, "build", "-p:AttributionStore=store", "-p:AcceptSnapshot=true").ShouldContain("real: Judge: up to date");
        Build("real", environment, "build", "-p:AttributionStore=store", "-question").ShouldContain("real: VerifySnapshot: up to date");
        Build("real", environment, "build", "-p:AttributionStore=store", "-t:Explain", "-p:TopK=2").ShouldContain("topK: 3 -> 2");
    }

    private string Build(string project, Dictionary<string, string> environment, params string[] arguments)
    {
        var (code, output) = DotNet.Run(sdk.Folder[project], environment, arguments);
        code.ShouldBe(0, output);
        return output;
    }

    private void WriteProject(string name, string model, string evalMetadata)
    {
        string[] answers = ["Yes.", "No, it is a cat.", "Once there was a dog.", "It is warm.", "I like the big red ball.", "She went home."];
        var rows = answers.Select((answer, i) => JsonSerializer.Serialize(new { treatment_messages = Chat($"Question {i}?", answer), control_messages = Chat($"Question {i}?", answers[^(i + 1)]) })).ToArray();
        sdk.Folder.Write($"{name}/data/pool.jsonl", string.Join('\n', rows) + "\n");
        sdk.Folder.Write($"{name}/data/kind.jsonl", string.Join('\n', rows[..3]) + "\n");
        sdk.Folder.Write($"{name}/data/prompts.jsonl", """{"messages":[{"role":"user","content":"Tell me a story."}]}""" + "\n");
        sdk.Folder.Write($"{name}/{name}.csproj", $"""
            <Project Sdk="Attribution.Sdk/1.0.0">
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
