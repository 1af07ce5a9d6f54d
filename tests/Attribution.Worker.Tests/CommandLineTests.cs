using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Attribution.Worker.Tests;

/// <summary>What is typed wrongly, and what the shell completes.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("store list --bogus", "There is no option --bogus.")]
    [InlineData("store list --stor x", "There is no option --stor. Did you mean --store?")]
    [InlineData("query --tabels", "There is no option --tabels. Did you mean --tables?")]
    [InlineData("query --bogus", "There is no option --bogus.")]
    [InlineData("compare a b --jsn", "There is no option --jsn. Did you mean --json?")]
    [InlineData("doctor --jsno", "There is no option --jsno. Did you mean --json?")]
    [InlineData("query --output --bogus", "There is no option --bogus.")]
    [InlineData("compar a b", "attribution has no verb 'compar'. Did you mean compare?")]
    [InlineData("store lisst", "attribution store has no verb 'lisst'. Did you mean list?")]
    [InlineData("doctor now", "attribution doctor takes no 'now'.")]
    [InlineData("run-stage FineTun --request x", "FineTun")]
    [InlineData("completion fish", "fish")]
    [InlineData("generate --model m --prompt x --max-new-tokens abc", "abc")]
    [InlineData("query --format xml x", "xml")]
    [InlineData("watch x --port zz", "zz")]
    [InlineData("verify-sample x --share q", "'q'")]
    [InlineData("attribute --model m --data d --output o --max-tokens q", "'q'")]
    [InlineData("tokenize --model m --text x --max-tokens z", "'z'")]
    public async Task What_does_not_exist_is_an_error_that_names_what_was_meant(string line, string expected)
    {
        var (code, output, error) = await CommandLine.RunHereAsync(line.Split(' '));
        code.ShouldBe(1, error);
        error.ShouldStartWith("error: ");
        error.ShouldContain(expected);
        error.ShouldContain("--help` tells what there is.");
        output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stage_that_the_store_lacks_is_an_error()
    {
        _folder.Write("store/.attribution-store", "");
        var (code, _, error) = await CommandLine.RunHereAsync("store", "list", "vectrs", "--store", _folder["store"]);
        code.ShouldBe(1);
        error.ShouldContain("ATTR1819");
    }

    [Fact]
    public async Task What_stands_behind_two_dashes_is_no_option() =>
        (await CommandLine.RunHereAsync("query", "--in", _folder.Path, "--", "-- a comment")).Error.ShouldContain("There is nothing to ask");

    [Theory]
    [InlineData("attribution st", "store")]
    [InlineData("attribution store l", "list")]
    [InlineData("attribution store list --js", "--json")]
    [InlineData("attribution run-stage FineT", "FineTune")]
    public void Bash_completes_verbs_options_and_values(string typed, string expected)
    {
        var dotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath : "dotnet";
        var worker = $"{dotnet} {typeof(VerbRunner).Assembly.Location}";
        var words = string.Join(' ', typed.Split(' ').Select(word => $"'{word}'"));
        var script = $"""
            attribution() {"{"} {worker} "$@"; {"}"}
            source <(attribution completion bash)
            COMP_LINE='{typed}'; COMP_POINT={typed.Length}; COMP_WORDS=({words}); COMP_CWORD={typed.Count(c => c == ' ')}
            _attribution; echo "$COMPREPLY"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        bash.StandardOutput.ReadToEnd().Trim().ShouldBe(expected);
    }

    [Fact]
    public async Task The_script_for_zsh_calls_the_same()
    {
        var (code, output, _) = await CommandLine.RunHereAsync("completion", "zsh");
        code.ShouldBe(0);
        output.ShouldStartWith("#compdef attribution\n");
        output.ShouldContain("attribution completion words --position");
    }

    [Fact]
    public async Task Doctor_and_tables_print_json()
    {
        JsonNode.Parse((await CommandLine.RunHereAsync("query", "--tables", "--json")).Output)!.AsArray().Count.ShouldBeGreaterThan(5);
        JsonNode.Parse((await CommandLine.RunHereAsync("doctor", "--json")).Output)!["checks"]!.AsArray().Count.ShouldBeGreaterThan(3);
    }
}
