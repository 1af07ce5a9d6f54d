using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests.Generated;

public sealed class GeneratedFilesTests
{
    private const string Write = "ATTRIBUTION_WRITE_GENERATED";

    [Fact]
    public void The_benchmarks_page_has_a_table_of_each_evaluation_set_and_all_that_was_measured()
    {
        var (page, snapshot) = (File.ReadAllText(Repository.File(BenchmarkTables.Page)), File.ReadAllText(Repository.File(BenchmarkTables.Snapshot)));
        BenchmarkTables.SetsOf(page).ShouldBe(["preachiness", "sycophancy"]);
        foreach (var method in (string[])["less", "trak", "rds", "bm25", "loss", "length", "random", "count"])
            page.Split('\n').Count(line => line.StartsWith($"| `{method}`", StringComparison.Ordinal)).ShouldBeGreaterThan(1, method);
        // A number that is not the snapshot's is found.
        BenchmarkTables.WriteInto(page, snapshot.Replace("\"lds\": 0.", "\"lds\": 0.9", StringComparison.Ordinal)).ShouldNotBe(page);
    }

    [Fact]
    public void What_is_written_from_the_contracts_and_snapshots_says_what_they_say()
    {
        foreach (var (path, text) in GeneratedFiles.All())
        {
            var file = Repository.File(path);
            if (Environment.GetEnvironmentVariable(Write) is not null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, text);
            }
            (File.Exists(file) ? File.ReadAllText(file) : "").ShouldBe(text,
                $"{path} is not current. This writes it: dotnet test tests/Attribution.Sdk.Tests --filter {nameof(GeneratedFilesTests)} -e {Write}=1");
        }
    }
}
