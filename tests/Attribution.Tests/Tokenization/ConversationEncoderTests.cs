using System.Text.Json;
using Attribution.Diagnostics;
using Attribution.Tests.Tokenization.ChatTemplates;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>The keep mask over real vocabularies; expectations are read off the templates and vocabularies.</summary>
public sealed class ConversationEncoderTests
{
    private static readonly string Quickstart = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart", "model");
    private static readonly Dictionary<string, JsonElement> NoWeight = new() { ["weight"] = JsonElement.Parse("0") };
    private static readonly ChatMessage[] Greeting = [new("user", "Hi"), new("assistant", "Hello")];
    private static readonly Lazy<Model> Stories = new(() => Load(SharedData.Find("models", "stories260k")!));

    [OracleTheory]
    [InlineData("llama3_1", "Hello", "<|eot_id|>")]
    [InlineData("llama2", "▁Hello", "▁", "</s>")]
    [InlineData("qwen2_5", "Hello", "<|im_end|>", "Ċ")]
    [InlineData("qwen3", "<think>", "ĊĊ", "</think>", "ĊĊ", "Hello", "<|im_end|>", "Ċ")]
    [InlineData("gemma3", "Hello", "<end_of_turn>", "\n")]
    [InlineData("mistral_nemo", "Hello", "</s>")]
    public void The_kept_tokens_are_the_answer_its_end_marker_and_the_newline_behind(string model, params string[] expected)
    {
        var tokenizer = Tokenizer.Load(Oracle.ModelFolder(model));
        var encoder = new ConversationEncoder(tokenizer, TestTemplates.Published(model));

        foreach (ChatMessage[] more in (ChatMessage[][])[[], [new("user", "And?")]])
        {
            var encoded = encoder.Encode([.. Greeting, .. more]);
            // Qwen 3 shows a thought only in a turn that no question follows.
            var skipped = model == "qwen3" && more.Length > 0 ? 4 : 0;

            Pieces(tokenizer, encoded).ShouldBe(expected[skipped..]);
            // The template writes the bos; a tokenizer that added its own would put a second one in front.
            encoded.Ids[1].ShouldNotBe(encoded.Ids[0]);
        }
    }

    [OracleFact]
    public void A_token_that_joins_the_headers_newline_with_the_answers_is_kept()
    {
        var tokenizer = Tokenizer.Load(Oracle.ModelFolder("qwen2_5"));

        var encoded = new ConversationEncoder(tokenizer, TestTemplates.Published("qwen2_5")).Encode([new("user", "Hi"), new("assistant", "\n\nHello")]);

        var first = Array.IndexOf(encoded.Keep, true);
        Pieces(tokenizer, encoded).ShouldBe(["ĊĊĊ", "Hello", "<|im_end|>", "Ċ"]);
        encoded.Offsets[first].Start.ShouldBe(encoded.KeepSpan.Start - 1);
        tokenizer.IdToToken(encoded.Ids[first - 1]).ShouldBe("assistant");
    }

    [SharedFact("models", "stories260k")]
    public void The_first_word_is_kept_with_the_headers_blank_that_is_part_of_its_token()
    {
        var encoded = Stories.Value.Encoder().Encode([new("user", "Hi"), new("assistant", "Once upon a time")]);

        // Behind </s> the vocabulary begins anew, with its ▁.
        Pieces(Stories.Value.Tokenizer, encoded).ShouldBe(["▁Once", "▁upon", "▁a", "▁time", "</s>", "▁", "<0x0A>"]);
        encoded.Text[encoded.KeepSpan.Start..encoded.KeepSpan.End].ShouldBe("Once upon a time</s>\n");
    }

    [SharedFact("models", "stories260k")]
    public void The_headers_blank_alone_is_not_kept() =>
        Pieces(Stories.Value.Tokenizer, Stories.Value.Encoder().Encode([new("user", "Hi"), new("assistant", "")])).ShouldBe(["</s>", "▁", "<0x0A>"]);

    [SharedFact("models", "stories260k")]
    public void What_earlier_turns_say_does_not_change_the_kept_tokens()
    {
        var encoder = Stories.Value.Encoder(maxTokens: 100_000);
        var expected = KeptIds(encoder.Encode([new("user", ""), new("assistant", "One day.")]));

        foreach (var said in TestConversation.All.SelectMany(conversation => conversation.Messages).Select(message => message.Content))
            KeptIds(encoder.Encode([new("system", said), new("user", said), new("assistant", said), new("user", said),
                new("assistant", "One day.")])).ShouldBe(expected, said);
    }

    [SharedFact("models", "stories260k")]
    public void Truncation_takes_the_last_tokens_and_their_mask()
    {
        ChatMessage[] messages = [new("user", "Once upon a time"), new("assistant", "Lily was happy."), new("user", "And then?")];
        var whole = Stories.Value.Encoder().Encode(messages);

        for (var max = 1; max <= whole.Ids.Length + 1; max++)
        {
            var cut = Stories.Value.Encoder(max).Encode(messages);
            var from = Math.Max(0, whole.Ids.Length - max);
            cut.Truncated.ShouldBe(from);
            cut.Ids.ShouldBe(whole.Ids[from..]);
            cut.Keep.ShouldBe(whole.Keep[from..]);
            cut.Offsets.ShouldBe(whole.Offsets[from..]);
            (cut.Text, cut.KeepSpan).ShouldBe((whole.Text, whole.KeepSpan));
            cut.AnswerIsCutAway.ShouldBe(!whole.Keep[(from + 1)..].Contains(true));
        }
        Stories.Value.Encoder(3).Encode(messages).AnswerIsCutAway.ShouldBeTrue();
        whole.AnswerIsCutAway.ShouldBeFalse();
    }

    [SharedFact("models", "stories260k")]
    public void A_conversation_without_an_answer_is_an_error_that_names_its_row()
    {
        var error = Should.Throw<AttributionException>(() => Stories.Value.Encoder().Encode([new("user", "Hi")], "train.jsonl", 7));

        (error.Code, error.File, error.Row).ShouldBe((ErrorCodes.NoAssistantTurn, "train.jsonl", 7));
    }

    [SharedFact("models", "stories260k")]
    public void A_conversation_that_the_template_refuses_is_an_error_that_names_its_row_and_the_template()
    {
        var encoder = new ConversationEncoder(Stories.Value.Tokenizer, ChatTemplate.Parse("{{ raise_exception('No!') }}", "m/t.jinja"));

        var error = Should.Throw<AttributionException>(() => encoder.Encode(Greeting, "train.jsonl", 7));

        (error.Code, error.File, error.Row).ShouldBe((ErrorCodes.ChatTemplateRaised, "train.jsonl", 7));
        error.Message.ShouldContain("No!");
        error.Message.ShouldContain("m/t.jinja");
    }

    [SharedFact("models", "stories260k")]
    public void Templates_with_a_clock_are_told_the_same_date_on_every_day()
    {
        var template = ChatTemplate.Parse("{{ strftime_now('%d %b %Y') }}{% for m in messages %}[{{ m.content }}]{% endfor %}");

        new ConversationEncoder(Stories.Value.Tokenizer, template).Encode(Greeting).Text.ShouldBe("26 Jul 2024[Hi][Hello]");
    }

    [Fact]
    public void Generation_blocks_of_the_template_decide_what_is_kept()
    {
        var tokenizer = Tokenizer.Load(Quickstart);
        var template = ChatTemplate.Parse(
            "{% for m in messages %}{{ '<|' + m.role + '|>\\n' }}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{{ "
                + "'<|end|>\\n' }}{% else %}{{ m.content + '<|end|>\\n' }}{% endif %}{% endfor %}");
        ChatMessage[] messages = [new("user", "q"), new("assistant", "bread"), new("user", "r"), new("assistant", "cheese")];

        Text(messages, LossTurns.LastTurn).ShouldBe("cheese");
        Text(messages, LossTurns.AllTurns).ShouldBe("breadcheese");
        Text([.. messages, new("user", "s")], LossTurns.LastTurn).ShouldBe("cheese");
        Text([.. messages[..3], messages[3] with { Fields = NoWeight }], LossTurns.LastTurn).ShouldBe("bread");
        Text([.. messages[..3], messages[3] with { Fields = NoWeight }], LossTurns.AllTurns).ShouldBe("bread");

        // What a macro captures has no place of its own, so that the turn counts as without the tag.
        template = ChatTemplate.Parse("{% macro say(t) %}{% generation %}{{ t }}{% endgeneration %}{% endmacro %}{% for m in messages %}[{{ "
            + "say(m.content) }}]{% endfor %}");
        Text(messages, LossTurns.LastTurn).ShouldBe("cheese]");

        string Text(ChatMessage[] conversation, LossTurns turns) =>
            tokenizer.Decode(KeptIds(new ConversationEncoder(tokenizer, template, turns: turns).Encode(conversation)));
    }

    [Fact]
    public void Every_turn_counts_where_that_is_asked_for()
    {
        var tokenizer = Tokenizer.Load(Quickstart);
        ChatMessage[] messages = [new("system", "s"), new("user", "q"), new("assistant", "bread"), new("user", "r"), new("assistant", "cheese"),
            new("user", "t")];
        var all = new ConversationEncoder(tokenizer, ChatTemplate.Load(Quickstart), turns: LossTurns.AllTurns).Encode(messages);
        tokenizer.Decode(KeptIds(all)).ShouldBe("bread<|end|>\ncheese<|end|>\n");
        tokenizer.Decode(KeptIds(new ConversationEncoder(tokenizer, ChatTemplate.Load(Quickstart)).Encode(messages))).ShouldBe("cheese<|end|>\n");
    }

    [OracleTheory]
    [InlineData("llama3_1", "bread<|eot_id|>cheese<|eot_id|>")]
    [InlineData("gemma3", "bread<end_of_turn>\ncheese<end_of_turn>\n")]
    [InlineData("mistral_nemo", "bread</s>cheese</s>")]
    public void Every_turn_of_published_templates_is_found(string model, string expected)
    {
        var tokenizer = Tokenizer.Load(Oracle.ModelFolder(model));
        var encoder = new ConversationEncoder(tokenizer, TestTemplates.Published(model), turns: LossTurns.AllTurns);
        tokenizer.Decode(KeptIds(encoder.Encode([new("user", "q"), new("assistant", "bread"), new("user", "r"),
            new("assistant", "cheese")]))).ShouldBe(expected);
    }

    [SharedFact("cases", "template", "generation-tag")]
    public void The_case_of_a_template_with_generation_leaves_the_end_marker_out()
    {
        var tokenizer = Tokenizer.Load(Quickstart);
        var template = ChatTemplate.Load(SharedData.Find("cases", "template", "generation-tag")!);
        tokenizer.Decode(KeptIds(new ConversationEncoder(tokenizer,
            template).Encode([new("user", "Is it good?"), new("assistant", "It is.")]))).ShouldBe("It is.");
    }

    [SharedFact("models", "stories260k")]
    public void At_least_one_token_must_be_kept() => Should.Throw<ArgumentOutOfRangeException>(() => Stories.Value.Encoder(maxTokens: 0));

    private static string?[] Pieces(Tokenizer tokenizer, EncodedConversation encoded) => [.. KeptIds(encoded).Select(tokenizer.IdToToken)];

    private static int[] KeptIds(EncodedConversation encoded) => [.. encoded.Ids.Where((_, t) => encoded.Keep[t])];

    private static Model Load(string folder) => new(Tokenizer.Load(folder), ChatTemplate.Load(folder));

    private sealed record Model(Tokenizer Tokenizer, ChatTemplate Template)
    {
        public ConversationEncoder Encoder(int maxTokens = ConversationEncoder.DefaultMaxTokens) => new(Tokenizer, Template, maxTokens);
    }
}
