using Attribution.ContextAttribution;
using Attribution.ContextAttribution.Examples;
using Attribution.ContextAttribution.Sources;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.ContextAttribution;

public sealed class ContextExampleTests
{
    private static readonly string Model = Path.Combine(SharedData.RepositoryRoot, "experiments", "quickstart", "model");
    private static readonly ContextPromptWriter Prompts = ContextPromptWriter.Load(Model);

    [Fact]
    public void The_prompt_is_the_chat_then_context_and_query_in_one_message()
    {
        var row = new ContextRow(0, [" Tea is hot. ", "Ice is cold."], "What is cold?") { Previous = [new("user", "Hello."), new("assistant", "Good day.")] };
        var prompt = Prompts.Write(row);

        prompt.Text.ShouldBe("<|begin|><|user|>\nHello.<|end|>\n<|assistant|>\nGood day.<|end|>\n<|user|>\nContext: Tea is hot.\n\nIce is cold.\n\nQuery: "
            + "What is cold?<|end|>\n<|assistant|>\n");
        prompt.Documents.Select(d => prompt.Text[d.Start..d.End]).ShouldBe(["Tea is hot.", "Ice is cold."]);
        prompt.Ids.ShouldBe(Prompts.Tokenizer.EncodeToIds(prompt.Text, addSpecialTokens: false));
    }

    [Theory]
    [InlineData(SourceType.Sentence, "Tea is hot.|It warms.|Ice is cold.")]
    [InlineData(SourceType.Document, "Tea is hot. It warms.|Ice is cold.")]
    [InlineData(SourceType.Word, "Tea|is|hot.|It|warms.|Ice|is|cold.")]
    public void Sources_are_pieces_of_each_document_and_their_tokens_say_what_they_say(SourceType type, string pieces)
    {
        var example = Example(["Tea is hot. It warms.", "Ice is cold."], "Ice is. It is very cold.", type);
        example.Sources.Select(s => s.Text).ShouldBe(pieces.Split('|'));
        example.Sources.Select(s => Text(example, s.Tokens).Trim()).ShouldBe(pieces.Split('|'));
        example.Sources.Select(s => s.Document).Distinct().ShouldBe([0, 1]);
        example.Units.Select(u => u.Text).ShouldBe(["Ice is.", "It is very cold."]);
        example.Units.Select(u => Text(example, u.Tokens).Trim()).ShouldBe(["Ice is.", "It is very cold."]);
        example.Dropped.ShouldBe(0);
    }

    [Fact]
    public void Token_sources_are_the_tokens_of_the_context_and_of_nothing_else()
    {
        var example = Example(["Tea is hot. It warms."], "Yes.", SourceType.Token);
        example.Sources.ShouldAllBe(s => s.Tokens.Length == 1);
        string.Concat(example.Sources.Select(s => Text(example, s.Tokens))).Trim().ShouldBe("Tea is hot. It warms.");
        string.Concat(example.Sources.Select(s => s.Text)).ShouldBe("Tea is hot. It warms.");
    }

    [Fact]
    public void A_piece_whose_tokens_are_all_anothers_is_dropped_and_counted()
    {
        // One token holds the end of one word and all of the next.
        TextSpan[] offsets = [new(0, 3), new(3, 7), new(7, 9)];
        TokenPieces.RangesOf(offsets, [new(0, 4), new(5, 7), new(7, 9)]).ShouldBe([(0, new TokenRange(0, 2)), (2, new TokenRange(2, 3))]);
        TokenPieces.RangeOf(offsets, new(9, 12)).ShouldBeNull();
    }

    [Fact]
    public void An_answer_keeps_its_characters_when_tokens_hold_parts_of_them()
    {
        const string text = "Gut 😀 gemacht. Ja.";
        var ids = Prompts.Tokenizer.EncodeToIds(text, addSpecialTokens: false);
        var answer = GeneratedAnswer.Of(Prompts.Tokenizer, ids);
        answer.Text.ShouldBe(text);
        answer.Offsets[^1].End.ShouldBe(text.Length);
        answer.Offsets.Zip(answer.Offsets.Skip(1)).ShouldAllBe(pair => pair.First.End == pair.Second.Start);

        var prompt = Prompts.Write(new ContextRow(0, ["x."], "y"));
        var given = GeneratedAnswer.Of(Prompts.Tokenizer, prompt, text);
        given.Ids.ShouldBe(ids);
        given.Text.ShouldBe(text);
    }

    [Fact]
    public void A_final_answer_is_attributed_to_the_thoughts_before_it()
    {
        var prompt = Prompts.Write(new ContextRow(0, [], "What is cold?"));
        prompt.Text.ShouldContain("<|user|>\nWhat is cold?<|end|>");
        var answer = GeneratedAnswer.Of(Prompts.Tokenizer, prompt, "<think>Tea is hot. Ice is not.</think>\n\nIce. It melts.");
        var (example, _) = ContextExampleBuilder.OfThoughts(prompt, answer, SourceType.Sentence);

        example!.Sources.Select(s => s.Text).ShouldBe(["Tea is hot.", "Ice is not."]);
        example.Units.Select(u => u.Text).ShouldBe(["Ice.", "It melts."]);
        example.Sources.ShouldAllBe(s => s.Tokens.Start >= prompt.Ids.Count);
        string.Concat(example.Task.Sources.Select(s => Text(example, s))).ShouldContain("Ice is not");

        var without = GeneratedAnswer.Of(Prompts.Tokenizer, prompt, "Ice.");
        ContextExampleBuilder.OfThoughts(prompt, without, SourceType.Sentence).Why.ShouldBe(Exclusion.NoThoughts);
        ContextExampleBuilder.OfThoughts(prompt, GeneratedAnswer.Of(Prompts.Tokenizer, prompt, "<think></think>Ice."),
            SourceType.Sentence).Why.ShouldBe(Exclusion.NoSource);
        ContextExampleBuilder.OfThoughts(prompt, GeneratedAnswer.Of(Prompts.Tokenizer, prompt, "<think>So.</think>\n"),
            SourceType.Sentence).Why.ShouldBe(Exclusion.NoSentence);
    }

    [Fact]
    public void Without_a_context_or_a_sentence_there_is_no_example()
    {
        Build([" "], "Yes.", SourceType.Sentence).Why.ShouldBe(Exclusion.NoSource);
        Build(["Tea."], " \n", SourceType.Sentence).Why.ShouldBe(Exclusion.NoSentence);
        Build(["Tea."], "", SourceType.Token).Why.ShouldBe(Exclusion.NoSentence);
    }

    [Fact]
    public void A_range_of_the_answer_can_be_attributed_and_one_outside_of_it_cannot()
    {
        var prompt = Prompts.Write(new ContextRow(0, ["Tea is hot."], "q"));
        var answer = GeneratedAnswer.Of(Prompts.Tokenizer, prompt, "Tea is. It is hot.");
        var example = ContextExampleBuilder.OfContext(prompt, answer, SourceType.Sentence).Example!;
        var part = example.WithRange(answer, 4, 6);
        (part.Units.Single().Text, Text(part, part.Task.Units.Single()).Trim()).ShouldBe(("is", "is"));
        foreach (var (start, end) in new[] { (-1, 3), (3, 3), (5, 4), (0, 99) })
            Should.Throw<AttributionException>(() => example.WithRange(answer, start, end)).Code.ShouldBe(ErrorCodes.AnswerRangeInvalid);
    }

    [Fact]
    public void What_an_answer_is_known_to_owe_to_are_the_sources_that_hold_a_part_of_it()
    {
        var row = new ContextRow(3, ["Tea is hot. Ice is cold."], "q") { Truth = ["Ice is cold.", "Tea is hot."] };
        var prompt = Prompts.Write(row);
        var answer = GeneratedAnswer.Of(Prompts.Tokenizer, prompt, "Ice. Tea. Else.");
        var example = ContextExampleBuilder.OfContext(prompt, answer, SourceType.Sentence).Example!;
        ContextTruth.Of(row, example).Select(t => t?.Single()).ShouldBe([1, 0, null]);
        ContextTruth.Of(row with { Truth = ["Ice is cold."] }, example).Select(t => t?.Single()).ShouldBe([1, 1, 1]);
        ContextTruth.Of(row with { Truth = null }, example).ShouldAllBe(t => t == null);
        // White space around it is not part of the documents either, and what stands in several places comes from all of them.
        var spaced = row with { Documents = ["Tea is hot. Ice is cold.\n"], Truth = ["Ice is cold.\n"] };
        ContextTruth.Of(spaced, example).Select(t => t?.Single()).ShouldBe([1, 1, 1]);
        ContextTruth.Of(row with { Truth = ["is "] }, example)[0]!.Order().ShouldBe([0, 1]);
        var error = Should.Throw<AttributionException>(() => ContextTruth.Of(row with { Truth = ["Snow."] }, example, "q.jsonl"));
        (error.Code, error.File, error.Row).ShouldBe((ErrorCodes.ContextRowMalformed, "q.jsonl", 3));
        ContextTruth.Check(row, "q.jsonl");
        Should.Throw<AttributionException>(() => ContextTruth.Check(row with { Truth = ["Snow."] }, "q.jsonl")).Row.ShouldBe(3);
    }

    [Fact]
    public void A_template_that_changes_the_message_is_an_error_that_says_so()
    {
        var prompts = new ContextPromptWriter(Prompts.Tokenizer, ChatTemplate.Parse("{{ messages[0]['content'] | upper }}"));
        var error = Should.Throw<AttributionException>(() => prompts.Write(new ContextRow(5, ["Tea."], "q"), "q.jsonl"));
        (error.Code, error.File, error.Row).ShouldBe((ErrorCodes.ContextNotInPrompt, "q.jsonl", 5));
    }

    private static ContextExample Example(string[] documents, string answer, SourceType type) => Build(documents, answer, type).Example.ShouldNotBeNull();

    private static (ContextExample? Example, Exclusion? Why) Build(string[] documents, string answer, SourceType type)
    {
        var prompt = Prompts.Write(new ContextRow(0, documents, "q"));
        return ContextExampleBuilder.OfContext(prompt, GeneratedAnswer.Of(Prompts.Tokenizer, prompt, answer), type);
    }

    private static string Text(ContextExample example, TokenRange range) =>
        Prompts.Tokenizer.Decode([.. example.Task.Tokens.Skip(range.Start).Take(range.Length)]);
}
