using System.IO.Compression;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>The SDK outside this repository.</summary>
public sealed class PackageTests
{
    [Fact]
    public void A_project_elsewhere_builds_with_the_packed_sdk()
    {
        using var folder = new TemporaryFolder();
        var (code, output) = DotNet.Run(Repository.Root, null, "pack", "sdk/Attribution.Sdk", "--no-build", "-c", Repository.Configuration, "-o", folder["feed"], $"-p:SdkLayout={folder["layout/"]}", "-v:q");
        code.ShouldBe(0, output);
        using (var package = ZipFile.OpenRead(folder["feed/Attribution.Sdk.1.0.0.nupkg"]))
        {
            var names = package.Entries.Select(e => e.FullName).ToList();
            names.ShouldContain("Sdk/Stages/FineTune.targets");
            names.ShouldContain("worker/Attribution.Worker.runtimeconfig.json");
            names.ShouldContain("README.md");
            names.ShouldNotContain(name => name.StartsWith("lib/", StringComparison.Ordinal));
        }

        folder.Write("elsewhere/nuget.config", """
            <configuration>
              <packageSources><clear /><add key="folder" value="../feed" /></packageSources>
            </configuration>
            """);
        folder.Write("elsewhere/data/pool.jsonl", "{}\n");
        folder.Write("elsewhere/data/empathy.jsonl", "{}\n");
        folder.Write("elsewhere/model/config.json", "{}");
        folder.Write("elsewhere/Flattery.cs", """
            using Attribution.Judging;
            public sealed class Flattery : IJudge
            {
                public string Name => "flattery";
                public JudgeScale Scale => throw new NotSupportedException();
                public string Identity => "1";
                public ValueTask<Verdict> JudgeAsync(JudgeRequest request, CancellationToken cancellation) => throw new NotSupportedException();
            }
            """);
        folder.Write("elsewhere/elsewhere.csproj", """
            <Project Sdk="Attribution.Sdk/1.0.0">
              <PropertyGroup>
                <BaseModel>model</BaseModel>
                <AttributionLayer>2</AttributionLayer>
              </PropertyGroup>
              <ItemGroup>
                <TrainDataset Include="data/pool.jsonl" />
                <EvalDataset Include="data/empathy.jsonl" />
                <AttributionMethod Include="residual_diff" />
                <SelectionMethod Include="residual_diff" />
              </ItemGroup>
            </Project>
            """);
        // Its own packages folder: what another build of version 1.0.0 left on this machine is not what is tested.
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = folder["packages"] };
        string[] build = ["build", $"-p:AttributionWorker={Repository.Worker}"];
        (code, output) = DotNet.Run(folder["elsewhere"], environment, build);
        code.ShouldBe(0, output);
        output.ShouldContain("elsewhere: VerifySnapshot: ran");
        Directory.Exists(folder["elsewhere/artifacts/store"]).ShouldBeTrue();
        (code, output) = DotNet.Run(folder["elsewhere"], environment, build);
        code.ShouldBe(0, output);
        output.ShouldContain("elsewhere: ImportDatasets: up to date");

        var worker = folder["packages/attribution.sdk/1.0.0/worker/Attribution.Worker.dll"];
        (code, output) = DotNet.Run(folder.Path, environment, worker, "--help");
        code.ShouldBe(0, output);
        output.ShouldContain("provision");
    }
}
