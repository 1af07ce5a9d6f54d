using System.Text.RegularExpressions;

namespace Attribution.Sdk.Tests.Docs;

/// <summary>Code and prose are read without scrolling sideways, and a file of C# is about one thing.</summary>
public sealed partial class LineLengthTests
{
    private const int MostCharacters = 160, MostLines = 300;

    private static readonly string[] Code =
        [".cs", ".css", ".js", ".mjs", ".sh", ".bash", ".zsh", ".props", ".targets", ".csproj", ".proj"];

    // Made from the contracts.
    private const string Generated = "sdk/Attribution.Sdk/Sdk/Generated/";

    [Fact]
    public void A_line_of_code_has_at_most_160_characters() =>
        Files(Code).SelectMany(path => Long(path, File.ReadLines(path))).ShouldBeEmpty();

    [Fact]
    public void A_line_of_prose_has_at_most_160_characters() =>
        Files(".md").SelectMany(path => Long(path, Prose(File.ReadLines(path)))).ShouldBeEmpty();

    [Fact]
    public void A_file_of_C_sharp_has_at_most_300_lines() =>
        Files(".cs").Where(path => File.ReadLines(path).Count() > MostLines).Select(Name).ShouldBeEmpty();

    [Fact]
    public void A_table_a_link_and_shown_output_may_be_longer_and_nothing_else()
    {
        var wide = new string('w', MostCharacters + 1);
        string[] page = [wide, $"| {wide} |", $"[{wide}](page.md)", "```text", wide, "```", "```sh", wide, "```", wide];
        Long("page.md", Prose(page)).Count().ShouldBe(3, "the first line, the command, and the last");
        Long("page.md", [new string('w', MostCharacters), string.Concat(Enumerable.Repeat("😀", MostCharacters))]).ShouldBeEmpty("of characters, not bytes");
    }

    private static IEnumerable<string> Files(params string[] extensions)
    {
        var files = RepositoryFiles.Of(extensions).Where(path => !Name(path).StartsWith(Generated, StringComparison.Ordinal)).ToArray();
        files.Length.ShouldBeGreaterThan(20);
        return files;
    }

    private static string Name(string path) => Path.GetRelativePath(SharedData.RepositoryRoot, path).Replace('\\', '/');

    private static IEnumerable<string> Long(string path, IEnumerable<string> lines) =>
        lines.Select((line, i) => (Line: i + 1, Characters: line.EnumerateRunes().Count())).Where(line => line.Characters > MostCharacters)
            .Select(line => $"{Name(path)}:{line.Line} has {line.Characters} characters");

    // The page with an empty line for each that may be longer.
    private static IEnumerable<string> Prose(IEnumerable<string> lines)
    {
        string? fence = null;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                fence = fence is null ? line : null;
            var mayBeLonger = fence is "```text" || line.StartsWith('|') || LinkAlone().IsMatch(line);
            yield return mayBeLonger ? "" : line;
        }
    }

    [GeneratedRegex(@"^!?\[[^\]]*\]\([^)]*\)$")]
    private static partial Regex LinkAlone();
}
