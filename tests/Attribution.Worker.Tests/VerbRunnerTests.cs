using System.CommandLine;
using Attribution.Diagnostics;

namespace Attribution.Worker.Tests;

public sealed class VerbRunnerTests
{
    [Fact]
    public async Task An_error_of_the_user_is_one_line_with_its_place_and_exit_code_1()
    {
        var (code, output, error) = await Run(new AttributionException("ATTR1301", "The row has no prompt.\nGive it one.")
        {
            File = "a.jsonl",
            Row = 7,
            Property = "prompt"
        });

        code.ShouldBe(1);
        output.ShouldBeEmpty();
        error.ShouldBe("error ATTR1301: The row has no prompt. Give it one. (file a.jsonl, row 7, property prompt)" + Environment.NewLine);
    }

    [Fact]
    public async Task An_error_without_a_place_prints_no_parentheses()
    {
        var (_, _, error) = await Run(new AttributionException("ATTR1001", "No device."));

        error.ShouldBe("error ATTR1001: No device." + Environment.NewLine);
    }

    [Fact]
    public async Task What_nobody_foresaw_has_a_code_no_stack_trace_and_no_words_of_a_package()
    {
        var (code, _, error) = await Run(new DotNetEnvLikeException("recently consumed: OPENAI_API_KEY=sk-abc"));
        code.ShouldBe(1);
        error.ShouldStartWith("error ATTR1999: fail failed unexpectedly: DotNetEnvLikeException.");
        error.TrimEnd().ShouldNotContain("\n");
        error.ShouldNotContain("consumed");
        (_, _, error) = await Run(new DotNetEnvLikeException("x"), "--verbose");
        error.ShouldContain("at Attribution.Worker.Tests.VerbRunnerTests");
        (_, _, error) = await Run(new InvalidOperationException("a\u001b[31mb"));
        error.ShouldContain("InvalidOperationException: a\\u001b[31mb");
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_or_written_has_a_code()
    {
        var (code, _, error) = await Run(new UnauthorizedAccessException("Access to the path '/x' is denied."));
        code.ShouldBe(1);
        error.ShouldStartWith("error ATTR1015: ");
    }

    private sealed class DotNetEnvLikeException(string message) : Exception(message);

    private static async Task<(int Code, string Output, string Error)> Run(Exception thrown, params string[] more)
    {
        var verb = new Command("fail");
        verb.SetAction(int (_) => throw thrown);
        using StringWriter output = new(), error = new();
        var code = await VerbRunner.RunAsync(new RootCommand { verb }, ["fail", .. more], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
