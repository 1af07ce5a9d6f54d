using System.Diagnostics;
using System.Security.Cryptography;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>
/// Builds that die without a word, with their worker, and what the next one makes of it. Many more of them, through every stage, are the stress verb
/// <c>kills</c>.
/// </summary>
public sealed class KilledBuildsTests(PackedSdk sdk) : IClassFixture<PackedSdk>
{
    private const int Kills = 3, Killed = 128 + 9;

    [Fact]
    public void After_kills_at_random_moments_the_next_build_ends_as_an_undisturbed_one()
    {
        if (!File.Exists("/usr/bin/setsid"))
            return; // Only where a build can be given a process group of its own to kill whole.
        WriteProject();
        var environment = new Dictionary<string, string>(sdk.Environment)
        {
            ["ATTRIBUTION_STORE"] = Environment.GetEnvironmentVariable("ATTRIBUTION_STORE") ?? Repository.File("artifacts/store"),
            [CompilerServer.None.Key] = CompilerServer.None.Value,
        };
        string[] build = ["build", "-tl:off", "-p:AttributionStore=store"];
        DotNet.Run(sdk.Folder["killed"], environment, "restore").Code.ShouldBe(0);

        var undisturbed = Stopwatch.StartNew();
        var (code, output) = DotNet.Run(sdk.Folder["killed"], environment, build);
        code.ShouldBe(0, output);
        undisturbed.Stop();
        var expected = Results();
        expected.Count.ShouldBeGreaterThan(10);
        StartAnew();

        var random = new Random(1);
        for (var died = 0; died < Kills;)
        {
            using var running = DotNet.StartGroup(sdk.Folder["killed"], environment, build);
            if (!running.WaitForExit(random.Next(700, (int)(0.7 * undisturbed.ElapsedMilliseconds))))
                Kill(running);
            running.WaitForExit();
            if (running.ExitCode == Killed)
            {
                died++;
                continue;
            }
            // The builds before it left too little to do.
            running.ExitCode.ShouldBe(0);
            StartAnew();
        }

        (code, output) = DotNet.Run(sdk.Folder["killed"], environment, build);
        code.ShouldBe(0, output);
        Results().ShouldBe(expected);
    }

    /// <summary>Kills a build with all that it started, unless it has just ended.</summary>
    private static void Kill(Process build)
    {
        // `kill -KILL -- -GROUP` is an error in Debian's sh.
        using var kill = Process.Start("sh", ["-c", $"kill -s KILL -- -{build.Id}"]);
        kill.WaitForExit();
        (kill.ExitCode == 0 || build.HasExited).ShouldBeTrue("the build goes on");
    }

    private void StartAnew()
    {
        foreach (var folder in new[] { "out", "store", "obj/attribution" })
            if (Directory.Exists(sdk.Folder["killed", folder]))
                Directory.Delete(sdk.Folder["killed", folder], recursive: true);
    }

    /// <summary>Every file under out/ by its hash, but for the two that tell when and how long.</summary>
    private SortedDictionary<string, string> Results() => new(
        Directory.EnumerateFiles(sdk.Folder["killed/out"], "*", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(sdk.Folder["killed/out"], file) is not ("report.html" or "report/build.json"))
            .ToDictionary(file => Path.GetRelativePath(sdk.Folder["killed/out"], file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);

    private void WriteProject()
    {
        var quickstart = Repository.File("experiments/quickstart");
        sdk.Folder.Write("killed/prompts.jsonl", string.Concat(File.ReadLines($"{quickstart}/data/empathy.prompts.jsonl").Take(4).Select(line => line + "\n")));
        sdk.Folder.Write("killed/killed.csproj", $"""
            <Project Sdk="Attribution.Sdk/{sdk.Version}">
              <PropertyGroup>
                <BaseModel>{quickstart}/model</BaseModel>
                <AttributionLayer>2</AttributionLayer>
                <TopK>8</TopK>
                <MaxNewTokens>8</MaxNewTokens>
                <JudgeRepeats>1</JudgeRepeats>
                <TensorBoardTimes>step</TensorBoardTimes>
              </PropertyGroup>
              <ItemGroup>
                <TrainDataset Include="{quickstart}/data/pool.jsonl" PlantedColumn="behaviour" Take="160" />
                <EvalDataset Include="{quickstart}/data/empathy.jsonl" Take="8" Trait="empathy" Prompts="prompts.jsonl" />
                <AttributionMethod Include="residual_diff" />
                <SelectionMethod Include="residual_diff" />
                <Baseline Include="random;none" />
              </ItemGroup>
            </Project>
            """);
    }
}
