using Attribution.Data;
using Attribution.Diagnostics;

namespace Attribution.Tests.Data;

public sealed class PromptFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("p.json", "[\n", ",\n", "\n]")]
    [InlineData("p.jsonl", "", "\n\n", "\n")]
    public void A_prompt_is_a_text_a_conversation_or_an_object_with_either(string name, string open, string between, string close)
    {
        string[] values =
        [
            "\"Is this — good?\"",
            """[{"role":"system","content":"Be brief."},{"role":"user","content":"Well?"}]""",
            """{"prompt":"Why?","id":7}""",
            """{"messages":[{"role":"user","content":"How?"}],"trait":"empathy"}""",
        ];
        var prompts = PromptFile.Read(_folder.Write(name, open + string.Join(between, values) + close));
        prompts.Select(prompt => prompt.Index).ShouldBe([0, 1, 2, 3]);
        prompts[0].Messages.ShouldBe([new("user", "Is this — good?")]);
        prompts[1].Messages.ShouldBe([new("system", "Be brief."), new("user", "Well?")]);
        prompts[2].Messages.ShouldBe([new("user", "Why?")]);
        prompts[2].Metadata["id"].GetInt32().ShouldBe(7);
        prompts[3].Messages.ShouldBe([new("user", "How?")]);
        prompts[3].Metadata["trait"].GetString().ShouldBe("empathy");
    }

    [Theory]
    [InlineData("p.jsonl", 0)]
    [InlineData("p.json", null)]
    public void Prompts_that_are_not_UTF_8_are_refused(string name, int? row)
    {
        File.WriteAllText(_folder[name], name.EndsWith('l') ? "\"café?\"\n" : "[\"café?\"]", System.Text.Encoding.Latin1);
        var error = Should.Throw<AttributionException>(() => PromptFile.Read(_folder[name]));
        (error.Code, error.File, error.Row).ShouldBe((ErrorCodes.DatasetMalformedJson, _folder[name], row));
    }

    [Theory]
    [InlineData("p.json", "[]", ErrorCodes.DatasetEmpty, null)]
    [InlineData("p.jsonl", "\n", ErrorCodes.DatasetEmpty, null)]
    [InlineData("p.jsonl", "\"a\"\n{\"prompt\":\"b\",\"x\":\"\\ud800\"}\n", ErrorCodes.DatasetMalformedJson, 1L)]
    [InlineData("p.json", "[\"\\udc00\"]", ErrorCodes.DatasetMalformedJson, null)]
    [InlineData("p.json", "{\"prompt\": 1}", ErrorCodes.PromptsMalformed, null)]
    [InlineData("p.json", "[\"a\", 7]", ErrorCodes.PromptsMalformed, 1L)]
    [InlineData("p.json", "[\"a\", []]", ErrorCodes.PromptsMalformed, 1L)]
    [InlineData("p.json", "[{\"text\": \"a\"}]", ErrorCodes.PromptsMalformed, 0L)]
    [InlineData("p.json", "[[{\"role\": \"user\"}]]", ErrorCodes.MessagesMalformed, 0L)]
    [InlineData("p.jsonl", "\"a\"\n\n{\"b\"\n", ErrorCodes.DatasetMalformedJson, 1L)]
    [InlineData("p.json", "[\"a\",", ErrorCodes.DatasetMalformedJson, null)]
    [InlineData("p.txt", "a", ErrorCodes.DatasetFormatUnknown, null)]
    [InlineData("p.csv", "a", ErrorCodes.DatasetFormatUnknown, null)]
    public void A_value_that_is_no_prompt_is_named(string name, string text, string code, long? row)
    {
        var error = Should.Throw<AttributionException>(() => PromptFile.Read(_folder.Write(name, text)));
        (error.Code, error.File, error.Row).ShouldBe((code, _folder[name], row), error.Message);
    }

    [Fact]
    public void Answers_at_the_end_are_cut_and_known_as_cut()
    {
        const string Turn = """{"role":"user","content":"Hm?"},{"role":"assistant","content":"Yes."},{"role":"user","content":"And?"}""";
        var prompts = PromptFile.Read(_folder.Write("sft.jsonl", $$"""
            {"messages":[{"role":"user","content":"Well?"},{"role":"assistant","content":"It lacks a date."}],"id":1,"tools":[{"name":"f"}]}
            {"prompt":[{{Turn}},{"role":"assistant","content":"A"},{"role":"assistant","content":"B"}]}
            {"messages":[{"role":"user","content":"Now?"}]}
            """));
        prompts.Select(prompt => prompt.Messages[^1].Content).ShouldBe(["Well?", "And?", "Now?"]);
        prompts[1].Messages.Count.ShouldBe(3);
        prompts.Select(prompt => prompt.AnswerWasCut).ShouldBe([true, true, false]);
        prompts[0].Variables!.Keys.ShouldBe(["tools"]);
        var answer = _folder.Write("a.jsonl", """[{"role":"assistant","content":"a"}]""");
        Should.Throw<AttributionException>(() => PromptFile.Read(answer)).Code.ShouldBe(ErrorCodes.PromptsMalformed);
    }

    [SharedFact("cases", "data", "sft.prompts.jsonl")]
    public void The_case_of_prompts_with_answers_asks_what_the_clean_one_does()
    {
        var clean = PromptFile.Read(SharedData.Find("cases", "data", "clean.prompts.jsonl")!);
        PromptFile.Read(SharedData.Find("cases", "data", "sft.prompts.jsonl")!).Select(prompt =>
            prompt.Messages[^1]).ShouldBe(clean.Select(prompt => prompt.Messages[^1]));
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<AttributionException>(() => PromptFile.Read(_folder["gone.json"])).Code.ShouldBe(ErrorCodes.DatasetNotFound);
}
