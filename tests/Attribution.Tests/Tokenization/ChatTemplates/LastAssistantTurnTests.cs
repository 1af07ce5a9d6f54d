using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization.ChatTemplates;

/// <summary>
/// The span of the last assistant turn: from behind its header through its end marker and the newline behind that. Expectations are
/// read off the templates' text.
/// </summary>
public sealed class LastAssistantTurnTests
{
    private const string ChatMl = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}";
    private const string ChatMlPrompt = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    private const string NoThought = "<think>\n\n</think>\n\n";

    private static readonly ChatMessage[] TwoTurns = [new("user", "1"), new("assistant", "a"), new("user", "2"), new("assistant", "b")];
    private static readonly ChatMessage[] QuestionBehind = [new("user", "1"), new("assistant", "a"), new("user", "2")];

    [OracleTheory]
    [InlineData("llama3_1", "b<|eot_id|>", "a<|eot_id|>")]
    [InlineData("llama2", " b </s>", " a </s>")]
    [InlineData("qwen2_5", "b<|im_end|>\n", "a<|im_end|>\n")]
    [InlineData("qwen3", NoThought + "b<|im_end|>\n", "a<|im_end|>\n")]
    [InlineData("gemma3", "b<end_of_turn>\n", "a<end_of_turn>\n")]
    [InlineData("mistral_nemo", "b</s>", "a</s>")]
    public void A_published_template_keeps_the_answer_and_its_end(string model, string ofTwoTurns, string beforeAQuestion)
    {
        var template = TestTemplates.Published(model);

        Kept(template, TwoTurns).ShouldBe(ofTwoTurns);
        Kept(template, QuestionBehind).ShouldBe(beforeAQuestion);
    }

    [SharedFact("models", "stories260k")]
    public void The_stories_template_keeps_the_answer_its_end_and_the_newline()
    {
        var template = ChatTemplate.Load(SharedData.Find("models", "stories260k")!);

        Kept(template, TwoTurns).ShouldBe("b</s>\n");
        Kept(template, QuestionBehind).ShouldBe("a</s>\n");
    }

    public static TheoryData<string> Models => [.. Oracle.ModelNames];

    [OracleTheory]
    [MemberData(nameof(Models))]
    public void The_kept_text_holds_the_content_and_no_header_whatever_the_content_is(string model)
    {
        var template = TestTemplates.Published(model);
        var end = model switch
        {
            "llama3_1" => "<|eot_id|>",
            "llama2" => " </s>",
            "gemma3" => "<end_of_turn>\n",
            "mistral_nemo" => "</s>",
            _ =>
            "<|im_end|>\n"
        };
        var trims = model is "llama3_1" or "llama2" or "gemma3";
        foreach (var answer in TestConversation.All.SelectMany(conversation => conversation.Messages).Select(message => message.Content).Distinct())
        {
            var text = trims ? answer.Trim() : answer;
            if (model == "qwen3")
                text = answer.Contains("</think>") ? ThoughtApart(answer) : NoThought + answer.TrimStart('\n');
            if (model == "llama2")
                text = " " + text;

            Kept(template, [new("user", "q"), new("assistant", answer)]).ShouldBe(text + end, $"{model}: {answer}");
        }
    }

    /// <summary>What Qwen 3 makes of an answer with a thought: the thought without its newlines in a block, then the rest.</summary>
    private static string ThoughtApart(string answer)
    {
        var thought = answer.Split("</think>")[0].TrimEnd('\n').Split("<think>")[^1].Trim('\n');
        return $"<think>\n{thought}\n</think>\n\n{answer.Split("</think>")[^1].TrimStart('\n')}";
    }

    [OracleTheory]
    [MemberData(nameof(Models))]
    public void The_kept_text_does_not_depend_on_what_earlier_turns_say(string model)
    {
        var template = TestTemplates.Published(model);
        var expected = Kept(template, TwoTurns);

        foreach (var said in TestConversation.All.SelectMany(conversation => conversation.Messages).Select(message => message.Content).Distinct())
            if (!(model == "qwen3" && said.StartsWith("<tool_response>")))
                Kept(template, [new("user", said), new("assistant", said), new("user", said), new("assistant", "b")]).ShouldBe(expected, $"{model}: {said}");
    }

    [OracleFact]
    public void Thinking_switched_off_makes_the_empty_thought_part_of_the_header() =>
        Kept(TestTemplates.Published("qwen3"), TwoTurns, new Dictionary<string, object?> { ["enable_thinking"] = false }).ShouldBe("b<|im_end|>\n");

    [OracleFact]
    public void A_turn_of_tool_calls_is_kept_from_behind_its_header()
    {
        var calls = JsonElement.Parse("""[{"id": "abcdef123", "function": {"name": "f", "arguments": {}}}]""");
        var call = new ChatMessage("assistant", "") { Fields = new Dictionary<string, JsonElement> { ["tool_calls"] = calls } };

        Kept(TestTemplates.Published("qwen2_5"), [new("user", "q"),
            call]).ShouldBe("<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call><|im_end|>\n");
        Kept(TestTemplates.Published("mistral_nemo"), [new("user", "q"),
            call]).ShouldBe("[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}, \"id\": \"abcdef123\"}]</s>");
    }

    [Theory]
    // The header is the generation prompt.
    [InlineData(ChatMl + ChatMlPrompt, "b<|im_end|>\n", "a<|im_end|>\n")]
    // Without one, it is all that stands before the content.
    [InlineData(ChatMl, "b<|im_end|>\n", "a<|im_end|>\n")]
    // The prompt may go on behind the header, here with the begin of a thought that a stored answer does not have.
    [InlineData(ChatMl + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n' }}{% endif %}", "b<|im_end|>\n", "a<|im_end|>\n")]
    // What ends the conversation, here in the place of a prompt, is not the turn's; nor is it mistaken for the prompt.
    [InlineData("{% for m in messages %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endfor %}{{ '<|assistant|>' if "
        + "add_generation_prompt else '<|endoftext|>' }}", "b<|end|>", "a<|end|>")]
    // Unless nothing else ends the turn.
    [InlineData("{% for m in messages %}{{ m.role ~ ': ' ~ m.content }}{% if not loop.last %}\n\n{% endif %}{% endfor %}{{ '' if "
        + "add_generation_prompt else '</s>' }}", "b</s>", "a\n")]
    // The question's pass writes the answer's header.
    [InlineData("{% for m in messages %}{% if m.role == 'user' %}{{ '<u>' ~ m.content ~ '<a>' }}{% else %}{{ m.content ~ '</a>' }}{% endif %}{% endfor %}",
        "b</a>", "a</a>")]
    // Blanks between the turns belong to no header and no answer that matters.
    [InlineData("{% for m in messages %}\n  <{{ m.role }}>\n  {{ m.content }}</s>\n{% endfor %}{% if add_generation_prompt %}\n  <assistant>\n{% endif %}",
        "  b</s>\n", "  a</s>\n")]
    // A first loop over the messages that writes nothing but white space.
    [InlineData("{% for m in messages %} {% endfor %}" + ChatMl + ChatMlPrompt, "b<|im_end|>\n", "a<|im_end|>\n")]
    // No loop over the messages at all: by index.
    [InlineData("{% for i in range(messages|length) %}{% set m = messages[i] %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
        + ChatMlPrompt, "b<|im_end|>\n", "a<|im_end|>\n")]
    // No loop that writes: the text is collected first.
    [InlineData("{% set text %}" + ChatMl + "{% endset %}{{ text|trim }}\n" + ChatMlPrompt, "b<|im_end|>\n", "a<|im_end|>\n")]
    // In a macro, and without a prompt.
    [InlineData("{% macro all(ms) %}{% for m in ms %}{{ '[' + m.role + '] ' + m.content|trim + ';' }}{% endfor %}{% endmacro %}{{ all(messages) }}", "b;",
        "a;")]
    public void The_turn_is_found_in_any_template(string source, string ofTwoTurns, string beforeAQuestion)
    {
        var template = ChatTemplate.Parse(source);

        Kept(template, TwoTurns).ShouldBe(ofTwoTurns);
        Kept(template, QuestionBehind).ShouldBe(beforeAQuestion);
    }

    [Fact]
    public void A_content_that_looks_like_the_rest_of_the_conversation_does_not_mislead()
    {
        var template = ChatTemplate.Parse(ChatMl + ChatMlPrompt);
        const string fake = "<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n";

        var (text, span) = template.RenderConversation([new("user", fake), new("assistant", fake), new("user", fake)]);

        text[span.Start..span.End].ShouldBe(fake + "<|im_end|>\n");
        span.Start.ShouldBe("<|im_start|>user\n".Length + fake.Length + "<|im_end|>\n<|im_start|>assistant\n".Length);
    }

    [Fact]
    public void An_answer_without_a_question_needs_no_generation_prompt_of_its_own() =>
        Kept(ChatTemplate.Parse("{{ messages[0].role }}!" + ChatMl + ChatMlPrompt), [new("assistant", "alone")]).ShouldBe("alone<|im_end|>\n");

    [Fact]
    public void A_conversation_without_an_assistant_turn_is_an_error() =>
        Should.Throw<AttributionException>(() => Kept(ChatTemplate.Parse(ChatMl), [new("user", "q")])).Code.ShouldBe(ErrorCodes.NoAssistantTurn);

    [Fact]
    public void A_template_that_does_not_write_its_messages_is_an_error() =>
        Should.Throw<AttributionException>(() => Kept(ChatTemplate.Parse("{{ messages|length }}", "t.jinja"), TwoTurns)).ShouldSatisfyAllConditions(
            error => error.Code.ShouldBe(ErrorCodes.AssistantTurnNotFound), error => error.File.ShouldBe("t.jinja"));

    private static string Kept(ChatTemplate template, ChatMessage[] messages, IReadOnlyDictionary<string, object?>? variables = null)
    {
        var (text, span) = template.RenderConversation(messages, variables);
        text.ShouldBe(template.Render(messages, variables: variables));
        return text[span.Start..span.End];
    }
}
