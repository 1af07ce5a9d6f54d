using System.CommandLine;
using System.Text.Json;
using Attribution.Tests;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Tests;

public sealed class TokenizeVerbTests : IDisposable
{
    private readonly string _messages = Path.GetTempFileName();

    public void Dispose() => File.Delete(_messages);

    [SharedFact("models", "stories260k")]
    public async Task A_conversation_is_printed_with_ids_pieces_offsets_and_keep_mask()
    {
        File.WriteAllText(_messages, """[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Once upon a time"}]""");

        var printed = await Json("--messages", _messages);

        printed.GetProperty("text").GetString().ShouldBe("<s>user: Hi</s>\nassistant: Once upon a time</s>\n");
        var tokens = Zip(printed, "ids", "pieces", "offsets", "keep");
        var kept = tokens.Where(token => token[3].GetBoolean()).ToList();
        kept.Select(token => token[1].GetString()).ShouldBe(["▁Once", "▁upon", "▁a", "▁time", "</s>", "▁", "<0x0A>"]);
        kept.Select(token => token[0].GetInt32()).ShouldBe([403, 407, 261, 378, 2, 410, 13]);
        kept[1][2].EnumerateArray().Select(end => end.GetInt32()).ShouldBe([31, 36]);
        printed.GetProperty("keep_span").EnumerateArray().Select(end => end.GetInt32()).ShouldBe([27, 48]);
        (printed.GetProperty("truncated").GetInt32(), printed.GetProperty("answer_is_cut_away").GetBoolean()).ShouldBe((0, false));
    }

    [SharedFact("models", "stories260k")]
    public async Task Only_the_last_tokens_are_printed()
    {
        File.WriteAllText(_messages, """{"messages": [{"role": "assistant", "content": "Once"}, {"role": "user", "content": "Once upon a time"}]}""");

        var printed = await Json("--messages", _messages, "--max-tokens", "4");

        printed.GetProperty("ids").GetArrayLength().ShouldBe(4);
        printed.GetProperty("answer_is_cut_away").GetBoolean().ShouldBeTrue();
    }

    [SharedFact("models", "stories260k")]
    public async Task A_text_is_printed_with_the_tokenizers_own_special_tokens_and_no_mask()
    {
        var printed = await Json("--text", "Once é");

        printed.GetProperty("pieces").EnumerateArray().Select(piece => piece.GetString()).ShouldBe(["<s>", "▁Once", "▁", "é"]);
        printed.TryGetProperty("keep", out _).ShouldBeFalse();
    }

    [SharedFact("models", "stories260k")]
    public async Task A_conversation_without_an_answer_is_one_line_of_error()
    {
        File.WriteAllText(_messages, """[{"role": "user", "content": "Hi"}]""");

        var (code, output, error) = await Run("--messages", _messages);

        (code, output).ShouldBe((1, ""));
        error.ShouldStartWith("error ATTR1225: ");
        error.ShouldEndWith($"(file {_messages}){Environment.NewLine}");
        error.Trim().ShouldNotContain('\n');
    }

    [Theory]
    [InlineData]
    [InlineData("--text", "a", "--messages", "b")]
    [InlineData("--messages", "b", "--max-tokens", "0")]
    public async Task A_command_line_that_makes_no_sense_is_refused(params string[] options)
    {
        var (code, _, error) = await Run(options);

        code.ShouldBe(1);
        error.ShouldContain(options.Contains("0") ? "--max-tokens must be at least 1." : "Give either --messages or --text.");
    }

    private static List<List<JsonElement>> Zip(JsonElement printed, params string[] members)
    {
        var columns = members.Select(member => printed.GetProperty(member).EnumerateArray().ToList()).ToList();
        columns.ShouldAllBe(column => column.Count == columns[0].Count);
        return [.. Enumerable.Range(0, columns[0].Count).Select(t => columns.Select(column => column[t]).ToList())];
    }

    private static async Task<JsonElement> Json(params string[] options)
    {
        var (code, output, error) = await Run(options);
        code.ShouldBe(0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] options)
    {
        using StringWriter output = new(), error = new();
        var model = SharedData.Find("models", "stories260k") ?? "none";
        var code = await VerbRunner.RunAsync(new RootCommand { TokenizeVerb.Create() }, ["tokenize", "--model", model, .. options], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
