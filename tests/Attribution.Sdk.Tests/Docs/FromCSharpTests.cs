using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests.Docs;

public sealed class FromCSharpTests
{
    [Fact]
    public void The_program_of_the_page_runs_and_goes_on_where_it_was()
    {
        using var folder = new TemporaryFolder();
        var page = MarkdownPage.Read(Repository.File("sdk/docs/from-csharp.md"));
        var program = folder.Write("demo.cs", string.Concat(page.Blocks.Where(block => block.Language == "csharp").Select(block => block.Text))
            .Replace("#:package Attribution@1.0.0", $"#:project {Repository.File("sdk/Attribution/Attribution.csproj")}", StringComparison.Ordinal));
        string[] lines = Run();
        lines[0].ShouldStartWith("row 1 scores ", Case.Sensitive, "the row that flatters");
        lines.ShouldContain(line => line.StartsWith("after fine-tuning: ", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("\" owes most to \"", StringComparison.Ordinal));
        lines[^1].ShouldBe($"2 selections, 2 of them made now; the rows are in {folder["from-csharp/out"]}");
        File.ReadLines(folder["from-csharp/out/pool/residual_change_treatment/empathy.residual_diff.layer2/selected_train_data.jsonl"]).Count().ShouldBe(20);
        Run()[^1].ShouldStartWith("2 selections, 0 of them made now");

        string[] Run()
        {
            var (code, output) = DotNet.Run(Repository.Root, new Dictionary<string, string> { ["TMPDIR"] = folder.Path }, "run", program);
            code.ShouldBe(0, output);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
    }
}
