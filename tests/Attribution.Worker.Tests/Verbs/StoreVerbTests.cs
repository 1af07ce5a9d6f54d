using System.CommandLine;
using System.Text.Json.Nodes;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Verbs;

public sealed class StoreVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attribution-store-verb-").FullName;
    private readonly Artifact[] _artifacts;

    public StoreVerbTests()
    {
        using var store = new ArtifactStore(Root);
        _artifacts = [.. Enumerable.Range(1, 3).Select(k =>
        {
            var request = StageRequest.Resolve(k < 3 ? "vectors" : "scores", new { k }, store.Hasher, ContentHash.Of("library"));
            LastRun.Of(request).Save(Path.Combine(_folder, $"experiment{k}", "out", "stage" + LastRun.FileSuffix));
            return store.GetOrCreate(request, b => File.WriteAllBytes(b.PathOf("file"), new byte[1000 * k]));
        })];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task List_sums_up_the_stages_and_shows_the_artifacts_of_one()
    {
        var (code, output, _) = await Run("list");
        code.ShouldBe(0);
        output.ShouldContain("3 artifacts, 6.0 kB in");
        Row(output, "vectors").ShouldContain("3.0 kB");
        Row((await Run("list", "vectors")).Output, _artifacts[1].Fingerprint.Short).ShouldContain("2.0 kB");
    }

    [Fact]
    public async Task List_says_what_an_artifact_is_by_the_experiment_that_made_it_or_by_what_was_asked()
    {
        var last = Directory.CreateDirectory(Path.Combine(_folder, "exp", "tiny", "obj", "attribution", "last", "ComputeAttribution")).FullName;
        File.Copy(Path.Combine(_folder, "experiment1", "out", "stage" + LastRun.FileSuffix),
            Path.Combine(last, "pool.residual_diff.layer2.abc" + LastRun.FileSuffix));
        var (_, output, _) = await Run("list", "vectors", "--in", Path.Combine(_folder, "exp"));
        Row(output, _artifacts[0].Fingerprint.Short).ShouldContain("tiny: pool.residual_diff.layer2 ");
        Row(output, _artifacts[1].Fingerprint.Short).ShouldContain("k 2");

        var json = JsonNode.Parse((await Run("list", "vectors", "--in", _folder, "--json")).Output)!;
        ((int)json["count"]!, (long)json["bytes"]!).ShouldBe((3, 6000));
        json["artifacts"]!.AsArray().Select(a => (string)a!["fingerprint"]!).ShouldBe(_artifacts[..2].Select(a => $"{a.Fingerprint}"), ignoreOrder: true);
        JsonNode.Parse((await Run("list", "--json")).Output)!["stages"]!.AsArray().Select(s => (string)s!["stage"]!)
            .ShouldBe(["scores", "vectors"], ignoreOrder: true);
        JsonNode.Parse((await Run("gc", "--unused-for", "0s", "--dry-run", "--json")).Output)!["freed_bytes"]!.GetValue<long>().ShouldBe(6000);
    }

    [Fact]
    public async Task Verify_passes_a_whole_store_and_names_what_is_damaged_in_another()
    {
        (await Run("verify")).ShouldBe((0, "verified 3 artifacts, 6.0 kB: all whole\n", ""));
        File.Delete(_artifacts[0].PathOf("file"));
        var (code, output, _) = await Run("verify");
        code.ShouldBe(1);
        output.ShouldContain($"warning ATTR1801: The artifact vectors/{_artifacts[0].Fingerprint.Short} is damaged: its file file is missing");
        output.ShouldContain(": 1 damaged");
        (await Run("list")).Output.ShouldContain("2 artifacts");
    }

    [Fact]
    public async Task Gc_keeps_what_experiments_need_and_says_what_went()
    {
        var keep = Path.Combine(_folder, "experiment3");
        (await Run("gc", "--keep", keep, "--dry-run")).Output.ShouldContain("would remove 2 artifacts and 0 damaged or unfinished, 3.0 "
            + "kB; 1 artifact left, 3.0 kB");
        _artifacts.ShouldAllBe(a => Directory.Exists(a.Folder));
        (await Run("gc", "--keep", keep)).Output.ShouldContain("removed 2 artifacts");
        _artifacts.Select(a => Directory.Exists(a.Folder)).ShouldBe([false, false, true]);
    }

    [Theory]
    [InlineData("30d", "6kB", 3)]
    [InlineData("0s", "6kB", 0)]
    [InlineData("8w", "0.003MB", 1)]
    [InlineData("1.5h", "2KiB", 0)]
    public async Task Gc_reads_ages_and_sizes_as_people_write_them(string age, string size, int left)
    {
        for (var i = 0; i < 3; i++)
            Directory.SetLastWriteTimeUtc(_artifacts[i].Folder, DateTime.UtcNow.AddSeconds(i - 10));
        (await Run("gc", "--unused-for", age, "--max-size", size)).Output.ShouldContain(left == 1 ? "; 1 artifact left" : $"; {left} artifacts left");
    }

    [Theory]
    [InlineData("--unused-for", "30 parsecs")]
    [InlineData("--max-size", "much")]
    [InlineData("--max-size", "-1GB")]
    public async Task What_is_no_age_or_size_is_an_error_that_shows_one(string option, string value)
    {
        var (code, _, error) = await Run("gc", option, value);
        code.ShouldBe(1);
        error.ShouldContain("such as");
        _artifacts.ShouldAllBe(a => Directory.Exists(a.Folder));
    }

    [Fact]
    public async Task Gc_without_a_word_on_what_may_go_or_with_a_wrong_folder_removes_nothing()
    {
        (await Run("gc")).Error.ShouldContain(ErrorCodes.CollectionUnbounded);
        (await Run("gc", "--keep", Path.Combine(_folder, "nowhere"))).Error.ShouldContain(ErrorCodes.InputUnreadable);
        (await Run("gc", "--keep", Root)).Error.ShouldContain(ErrorCodes.CollectionUnbounded);
        _artifacts.ShouldAllBe(a => Directory.Exists(a.Folder));
    }

    private string Root => Path.Combine(_folder, "store");

    private Task<(int Code, string Output, string Error)> Run(params string[] args) => CommandLine.RunHereAsync(["store", .. args, "--store", Root]);

    private static string Row(string table, string cell) => table.Split('\n').Single(l => l.Contains(cell));
}
