using System.CommandLine;
using System.Text.Json;
using Attribution.Tests;
using Attribution.Worker.Tests.Stages;
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

    [Fact]
    public async Task A_conversation_is_rendered_by_the_template_that_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        var model = TinyChatModel.Write(folder["model"]);
        var messages = folder.Write("m.json", """[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]""");
        (await Text()).ShouldBe("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n");
        (await Text("--chat-template", "plain")).ShouldBe("User: Hi\n\nAssistant: Ho<|im_end|>\n\n");
        (await Text("--chat-template", folder.Write("own.jinja", "{% for m in messages %}[{{ m.content }}]{% endfor %}"))).ShouldBe("[Hi][Ho]");
        var (code, _, error) = await RunOn(model, "--messages", messages, "--chat-template", "chatlm");
        (code, error.Contains("ATTR1220", StringComparison.Ordinal)).ShouldBe((1, true), error);
        (await RunOn(model, "--text", "a", "--chat-template", "plain")).Error.ShouldContain("--chat-template is for --messages");

        async Task<string?> Text(params string[] options)
        {
            var (code, output, error) = await RunOn(model, ["--messages", messages, .. options]);
            code.ShouldBe(0, error);
            return JsonDocument.Parse(output).RootElement.GetProperty("text").GetString();
        }
    }

    [Fact]
    public async Task A_text_keeps_the_special_tokens_of_tokenizer_json_and_a_config_that_says_otherwise_is_noted()
    {
        using var folder = new TemporaryFolder();
        var model = TinyChatModel.Write(folder["model"]);
        var config = Path.Combine(model, "tokenizer_config.json");
        var (_, without, silence) = await RunOn(model, "--text", "Hi");
        silence.ShouldBeEmpty();
        File.WriteAllText(config, File.ReadAllText(config).Replace("{\"eos_token\"", "{\"add_eos_token\": true, \"eos_token\"", StringComparison.Ordinal));
        var (_, with, note) = await RunOn(model, "--text", "Hi");
        with.ShouldBe(without);
        note.ShouldStartWith("note: add_eos_token is true in tokenizer_config.json, and tokenizer.json puts no special token after a plain text.");
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

    private static Task<(int Code, string Output, string Error)> Run(params string[] options) =>
        RunOn(SharedData.Find("models", "stories260k") ?? "none", options);

    private static Task<(int Code, string Output, string Error)> RunOn(string model, params string[] options) =>
        CommandLine.RunHereAsync(["tokenize", "--model", model, .. options]);
}
