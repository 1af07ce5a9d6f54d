using System.IO.Compression;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>What a build leaves behind, and what happens when that is gone or its maker is another.</summary>
public sealed class StoredResultsTests(SdkLayout sdk) : IClassFixture<SdkLayout>
{
    private static readonly string[] All = TemporaryExperiment.Stages;

    [Fact]
    public void What_was_deleted_comes_back()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(0, "build").ShouldBe(All);

        Directory.Delete(experiment["out"], recursive: true);
        experiment.Build().ShouldBe(All);
        experiment.Output.ShouldContain("FineTune: from store");

        Directory.Delete(experiment["artifacts/store"], recursive: true);
        experiment.Build().ShouldBe(All);
        experiment.Output.ShouldContain("FineTune: ran 2 of 3 jobs");

        File.Delete(experiment["out/Judge"]);
        experiment.Build().ShouldBe(["Judge"]);

        experiment.Run(0, "clean");
        experiment.Output.ShouldContain("artifacts/store is kept");
        Directory.Exists(experiment["out"]).ShouldBeFalse();
        Directory.Exists(experiment["obj/attribution"]).ShouldBeFalse();
        Directory.Exists(experiment["artifacts/store"]).ShouldBeTrue();
        experiment.Build().ShouldBe(All);
        experiment.Output.ShouldContain("FineTune: from store");
    }

    [Fact]
    public void Other_code_in_the_worker_runs_every_stage_and_the_same_code_built_again_none()
    {
        using var experiment = new TemporaryExperiment(sdk);
        experiment.Run(0, "build").ShouldBe(All);

        File.SetLastWriteTimeUtc(Repository.Worker, DateTime.UtcNow);
        experiment.Build().ShouldBeEmpty();

        File.WriteAllText(sdk.Library, "Attribution.Worker 2\n");
        experiment.Build().ShouldBe(All);
    }

    [Fact]
    public void A_binary_log_holds_no_key()
    {
        using var experiment = new TemporaryExperiment(sdk);
        const string key = "sk-not-a-real-key-4711-zq";
        string[] names = ["OPENAI_API_KEY", "HF_TOKEN", "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_PASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
        string[] forms = [key, key[..11], key[11..], Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(key))];
        var (code, output) = DotNet.Run(experiment["."], names.ToDictionary(name => name, _ => key), "build", "-bl:build.binlog", "-v:diag");
        code.ShouldBe(0, output);
        foreach (var form in forms)
            output.ShouldNotContain(form);

        using var log = new GZipStream(File.OpenRead(experiment["build.binlog"]), CompressionMode.Decompress);
        using var reader = new StreamReader(log);
        var content = reader.ReadToEnd();
        content.ShouldContain("ComputeAttribution");
        foreach (var form in forms)
            content.ShouldNotContain(form);
        foreach (var file in Directory.EnumerateFiles(experiment["."], "*", SearchOption.AllDirectories).Where(f =>
            !f.EndsWith(".binlog", StringComparison.Ordinal)))
            foreach (var form in forms)
                File.ReadAllText(file).ShouldNotContain(form);
    }
}
