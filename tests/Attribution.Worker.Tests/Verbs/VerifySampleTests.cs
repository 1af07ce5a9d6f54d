using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Worker.Tests.Stages;

namespace Attribution.Worker.Tests.Verbs;

/// <summary>Vectors that are computed anew and compared with those in the store.</summary>
public sealed class VerifySampleTests(VerifySampleTests.ComputedExperiment computed) : IClassFixture<VerifySampleTests.ComputedExperiment>
{
    [Fact]
    public void The_same_machine_computes_the_same_bytes_and_the_store_stays_as_it_is()
    {
        var experiment = computed.Experiment;
        var before = Files(experiment);
        var (code, output, error) = Run(experiment, "--share", "1", "--tolerance", "0", "--json");
        code.ShouldBe(0, error);
        var said = JsonNode.Parse(output)!;
        ((double)said["absolute"]!, (double)said["relative"]!, (bool)said["within"]!).ShouldBe((0, 0, true));
        var tables = said["tables"]!.AsArray();
        tables.Select(t => $"{t!["dataset"]} {t["method"]} {t["layer"]}").Order()
            .ShouldBe(["lazy residual_diff 1", "pool residual_change_treatment 1", "pool residual_treatment 1"]);
        tables.Where(t => (string)t!["dataset"]! == "pool").ShouldAllBe(t => (int)t!["rows"]! == 900 && (string)t["devices"]![0]! == TestDevice.Name);
        Files(experiment).ShouldBe(before);
    }

    [Fact]
    public void A_share_is_a_share_of_the_blocks_and_the_seed_says_which()
    {
        var experiment = computed.Experiment;
        ((int)JsonNode.Parse(Run(experiment, "--share", "1", "--json").Output)!["tables"]![0]!["blocks"]!).ShouldBeGreaterThan(2);
        var some = new HashSet<int>();
        string? last = null;
        for (var seed = 0; some.Count < 2 && seed < 10; seed++)
        {
            last = Run(experiment, "--share", "0.01", "--seed", $"{seed}", "--json").Output;
            var table = JsonNode.Parse(last)!["tables"]![0]!;
            ((int)table["blocks"]!).ShouldBe(1);
            // Blocks differ in their rows.
            if (some.Add((int)table["rows"]!) && some.Count == 2)
                Run(experiment, "--share", "0.01", "--seed", $"{seed}", "--json").Output.ShouldBe(last);
        }
        some.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_difference_is_told_in_both_forms_and_more_than_is_tolerated_is_an_error()
    {
        using var experiment = await ComputedAsync(rows: 900);
        var file = Directory.GetFiles(Path.Combine(experiment.Store, "vector-blocks"), "vectors.f32", SearchOption.AllDirectories).Order().First();
        var floats = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray();
        floats[5] += 0.25f;
        File.WriteAllBytes(file, MemoryMarshal.AsBytes(floats.AsSpan()).ToArray());
        var (code, output, error) = Run(experiment, "--share", "1");
        code.ShouldBe(1);
        output.ShouldContain("largest difference 2.5e-1, relative ", customMessage: output.Trim() + error);
        error.ShouldContain($"error {ErrorCodes.SampleDiffers}");
        error.ShouldContain(Path.GetFileName(Path.GetDirectoryName(file))![..8]);
        Run(experiment, "--share", "1", "--tolerance", "1e9").Code.ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_be_compared_is_an_error()
    {
        using var experiment = await ComputedAsync(rows: 60);
        Directory.Delete(Path.Combine(experiment.Store, "vector-blocks"), recursive: true);
        Run(experiment).Error.ShouldContain($"error {ErrorCodes.ArtifactUnknown}");
        Run(experiment, "--variant", "other").Error.ShouldContain($"error {ErrorCodes.UpstreamMissing}");
        Run(experiment, "--share", "0").Code.ShouldNotBe(0);
        Run(experiment, "--tolerance", "-1").Code.ShouldNotBe(0);
    }

    private static async Task<TestExperiment> ComputedAsync(int rows)
    {
        var experiment = new TestExperiment { TrainMethods = ["residual_change_treatment", "residual_treatment"] }.WithData(rows);
        await experiment.RunAsync("ImportDatasets", "ComputeAttribution");
        return experiment;
    }

    private static SortedDictionary<string, string> Files(TestExperiment experiment) =>
        new(Directory.EnumerateFiles(experiment.Store, "*", SearchOption.AllDirectories).ToDictionary(
            file => file, file => $"{Convert.ToHexString(File.ReadAllBytes(file))} {Directory.GetLastWriteTimeUtc(Path.GetDirectoryName(file)!).Ticks}"));

    // In a process of its own: paths of a request are relative to the project, which the verb makes its current folder.
    private static (int Code, string Output, string Error) Run(TestExperiment experiment, params string[] options) =>
        CommandLine.Run(new Dictionary<string, string?>(), ["verify-sample", experiment.Folder, .. options]);

    /// <summary>An experiment whose vectors are in several blocks, for tests that only read it.</summary>
    public sealed class ComputedExperiment : IAsyncLifetime
    {
        internal TestExperiment Experiment { get; private set; } = null!;

        public async Task InitializeAsync() => Experiment = await ComputedAsync(rows: 900);

        public Task DisposeAsync()
        {
            Experiment.Dispose();
            return Task.CompletedTask;
        }
    }
}
