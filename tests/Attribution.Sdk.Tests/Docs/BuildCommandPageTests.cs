using System.Text.RegularExpressions;
using System.Xml.Linq;
using Attribution.Contracts;
using Attribution.Sdk.Tests.Builds;

namespace Attribution.Sdk.Tests.Docs;

/// <summary>
/// The builds that the pages show. They are read, not run: the quickstart's own is run by the tests of the repository's experiments, the others would take
/// minutes or a network. What follows <c>--</c> is the program's own; the
/// worker's verbs are parsed and run by the worker's tests.
/// </summary>
public sealed partial class BuildCommandPageTests
{
    // Not of the SDK: how the worker is published, which tensors it runs on, and the scale of this repository's experiments.
    private static readonly string[] OtherProperties = ["PublishProfile", "PublishLibTorch", "Scale"];

    private static readonly string[] Settings =
        [.. ProjectSettings.Properties.Select(property => property.Key)];

    private static readonly HashSet<string> Targets =
        [.. Directory.EnumerateFiles(Repository.File("sdk/Attribution.Sdk/Sdk"), "*.targets", SearchOption.AllDirectories).SelectMany(file =>
            XDocument.Load(file).Descendants("Target")).Select(t => t.Attribute("Name")!.Value)];

    [Fact]
    public void Every_block_says_what_it_is_so_that_no_command_goes_untested() =>
        MarkdownPage.OfRepository.SelectMany(page => page.Blocks).Where(block =>
            block.Language is not ("sh" or "text" or "xml" or "csharp" or "sql" or "json")).Select(block => block.Place).ShouldBeEmpty();

    [Fact]
    public void Commands_that_are_shown_are_of_programs_that_the_tests_know() =>
        MarkdownPage.Commands.Where(c => MarkdownPage.Words(c.Command)[0] is not ("dotnet" or "attribution")).ShouldBeEmpty();

    [Fact]
    public void Projects_properties_and_targets_of_builds_that_are_shown_exist_read_only()
    {
        var builds = MarkdownPage.Commands.Select(c => (Words: MarkdownPage.Words(c.Command), c.Place)).Where(c => c.Words[0] == "dotnet").ToArray();
        builds.Length.ShouldBeGreaterThan(7);
        foreach (var (words, place) in builds)
        {
            words[1].ShouldBeOneOf(["build", "clean", "test", "run", "pack", "publish", "format", "new"], place);
            // A template, or an experiment outside of the clone: PackageTests runs those.
            if (words[1] == "new" || words.ElementAtOrDefault(2)?.StartsWith("../", StringComparison.Ordinal) == true)
                continue;
            var arguments = words.Skip(2).TakeWhile(word => word != "--").ToArray();
            foreach (var path in arguments.Where((word, i) => word[0] != '-' && (i == 0 || arguments[i - 1] is "--project")))
                (File.Exists(Repository.File(path)) || Directory.EnumerateFiles(Repository.File(path), "*.csproj").Any()).ShouldBeTrue($"{place}: {path}");
            foreach (var target in arguments.Where(word => word.StartsWith("-t:", StringComparison.Ordinal)))
                Targets.ShouldContain(target[3..], place);
        }
    }

    // Name stands for a name, and TopN is the README's mistake.
    [Fact]
    public void Properties_that_any_page_sets_exist() =>
        MarkdownPage.OfRepository.SelectMany(page => Given().Matches(File.ReadAllText(page.Path)).Select(m => m.Groups[1].Value)).Where(name =>
            name is not ("Name" or "TopN"))
            .ShouldBeSubsetOf([.. Settings, .. OtherProperties]);

    [GeneratedRegex(@"(?<![\w-])-p:(\w+)=")]
    private static partial Regex Given();
}
