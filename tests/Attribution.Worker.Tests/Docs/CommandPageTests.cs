using System.CommandLine;
using System.Diagnostics;
using Attribution.Data;
using Attribution.Worker.Querying;
using Attribution.Worker.Tests.Verbs;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests.Docs;

/// <summary>
/// The commands of the worker that the pages show. All are parsed by its own parser; those that take no model's work, key or network are run as well.
/// </summary>
public sealed class CommandPageTests(CommandPageTests.BuiltRepository repository) : IClassFixture<CommandPageTests.BuiltRepository>
{
    // `store gc --keep` wants experiments that a build made; StoreVerbTests has them.
    private static readonly string[] RunVerbs = ["--help", "doctor", "query", "compare", "tokenize", "store list", "store verify", "store gc --unused-for",
        "judge prompt", "report experiments/quickstart", "completion"];

    private const char Separator = '\u001f';

    private static readonly Command Root = AttributionCommand.Create();

    public static IEnumerable<object[]> Cheap => Shown().Where(c =>
        RunVerbs.Any(verb => $"{string.Join(' ', c.Words)} ".StartsWith($"{verb} ", StringComparison.Ordinal)))
        .Select(c => (object[])[string.Join(Separator, c.Words), c.Place]);

    [Fact]
    public void Every_command_that_is_shown_is_one_that_the_worker_parses_not_run()
    {
        var shown = Shown().ToArray();
        shown.Length.ShouldBeGreaterThan(15);
        foreach (var (words, place) in shown)
            Root.Parse(words).Errors.Select(e => e.Message).ShouldBeEmpty($"{place}: {string.Join(' ', words)}");
    }

    [Theory]
    [MemberData(nameof(Cheap))]
    public async Task A_cheap_command_that_is_shown_ends_well(string words, string place)
    {
        var start = CommandLine.Start(new Dictionary<string, string?> { ["ATTRIBUTION_STORE"] = null }, words.Split(Separator));
        start.WorkingDirectory = repository.Folder.Path;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{place}: {output}{await error}");
    }

    [Fact]
    public void The_queries_that_the_docs_show_are_those_that_the_verb_lists_and_tests_run() =>
        MarkdownPage.OfRepository.SelectMany(page => page.Blocks).Where(block => block.Language == "sql").Select(block => block.Text.Trim())
            .ShouldBe(QueryExample.All.Select(example => example.Sql.Trim()));

    [Fact]
    public void Every_verb_is_named_in_the_index_of_the_docs()
    {
        var index = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "sdk/docs/README.md"));
        foreach (var verb in Root.Subcommands.Where(verb => !verb.Hidden))
            index.ShouldContain($"`{verb.Name}", customMessage: verb.Name);
    }

    [Fact]
    public void Every_class_with_a_verb_is_a_verb_of_the_command() =>
        typeof(DoctorVerb).Assembly.GetTypes().Where(type => type.Namespace == typeof(DoctorVerb).Namespace)
            .Select(type => type.GetMethod("Create", [])).Where(create => create is { IsStatic: true })
            .Select(create => ((Command)create!.Invoke(null, null)!).Name).Order(StringComparer.Ordinal)
            .ShouldBe(Root.Subcommands.Select(verb => verb.Name).Order(StringComparer.Ordinal));

    private static IEnumerable<(string[] Words, string Place)> Shown() =>
        MarkdownPage.Commands.Select(c => (MarkdownPage.Words(c.Command), c.Place)).Select(c => c switch
    {
        (["attribution", .. var words], var place) => (words, place),
        (["dotnet", "run", "--project", "sdk/Attribution.Worker", "--", .. var words], var place) => (words, place),
        var (_, place) => ([], place),
    }).Where(c => c.Item1.Length > 0);

    /// <summary>A repository as the pages speak of it: two experiments that were built, one with a committed snapshot.</summary>
    public sealed class BuiltRepository : IDisposable
    {
        public BuiltRepository()
        {
            BuiltExperiment.Write(Folder, "experiments/quickstart");
            BuiltExperiment.Write(Folder, "experiments/other", precision: 0.75);
            Folder.Write("experiments/quickstart/snapshots/metrics.verified.json", File.ReadAllText(Folder["experiments/quickstart/out/metrics.json"]));
            Folder.Write("chat.json", """[{"role": "user", "content": "Is it good?"}, {"role": "assistant", "content": "It is."}]""");
            Directory.CreateSymbolicLink(Folder["experiments/quickstart/model"], Path.Combine(SharedData.RepositoryRoot, "experiments/quickstart/model"));
            Directory.CreateDirectory(Folder["artifacts/store/vectors"]);
            foreach (var arguments in new[] { "init -q", "add experiments/quickstart/snapshots",
                "-c user.name=Test -c user.email=test@example.org commit -q -m snapshot" })
            {
                using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Folder.Path })!;
                git.WaitForExit();
                git.ExitCode.ShouldBe(0);
            }
        }

        internal TemporaryFolder Folder { get; } = new();

        public void Dispose() => Folder.Dispose();
    }
}
