using System.CommandLine;
using Attribution.Diagnostics;

namespace Attribution.Worker.Tests;

public sealed class VerbRunnerTests
{
    [Fact]
    public async Task An_error_of_the_user_is_one_line_with_its_place_and_exit_code_1()
    {
        var (code, output, error) = await Run(new AttributionException("ATTR1301", "The row has no prompt.\nGive it one.") { File = "a.jsonl", Row = 7, Property = "prompt" });

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

    private static async Task<(int Code, string Output, string Error)> Run(AttributionException thrown)
    {
        var verb = new Command("fail");
        verb.SetAction(int (_) => throw thrown);
        using StringWriter output = new(), error = new();
        var code = await VerbRunner.RunAsync(new RootCommand { verb }, ["fail"], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
