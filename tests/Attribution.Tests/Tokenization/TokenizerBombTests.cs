using System.Diagnostics;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>A tokenizer comes with a downloaded model: what it makes of a text, and how long it takes for it, has bounds.</summary>
public sealed class TokenizerBombTests
{
    [Fact]
    public void Normalizers_that_double_a_text_again_and_again_end_with_an_error()
    {
        var steps = string.Join(',', Enumerable.Repeat("""{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", 40));
        Refused(normalizer: $$"""{"type":"Sequence","normalizers":[{{steps}}]}""", text: "aaaa").ShouldContain("makes a text of more than");
    }

    [Fact]
    public void Normalizers_that_read_a_text_without_end_end_with_an_error()
    {
        var steps = string.Join(',', Enumerable.Repeat("""{"type":"Replace","pattern":{"String":"q"},"content":"r"}""", 20_000));
        Refused(normalizer: $$"""{"type":"Sequence","normalizers":[{{steps}}]}""", text: new string('a', 200_000)).ShouldContain("many thousand times");
    }

    [Fact]
    public void An_expression_that_never_finds_an_end_ends_with_an_error() =>
        Refused(preTokenizer: """{"type":"Split","pattern":{"Regex":"(a|aa)+$"},"behavior":"Isolated","invert":false}""",
            text: new string('a', 60) + "!").ShouldContain("for a match");

    [Fact]
    public void Decoders_that_double_a_token_again_and_again_end_with_an_error()
    {
        var steps = string.Join(',', Enumerable.Repeat("""{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", 40));
        using var crafted = CraftedTokenizer.Write(decoder: $$"""{"type":"Sequence","decoders":[{{steps}}]}""");
        var tokenizer = Tokenizer.Load(crafted.Folder);
        var error = Should.Throw<AttributionException>(() => tokenizer.Decode([tokenizer.TokenToId("a")!.Value]));
        (error.Code, error.File).ShouldBe((ErrorCodes.TokenizerLimit, "tokenizer.json"));
    }

    [Fact]
    public void A_text_of_millions_of_characters_is_within_the_bounds()
    {
        using var crafted = CraftedTokenizer.Write(
            normalizer: """{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Prepend","prepend":"▁"}"""
                + """,{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""",
            preTokenizer: """{"type":"Split","pattern":{"Regex":"[a-z]+|\\s+"},"behavior":"Isolated","invert":false}""");
        Tokenizer.Load(crafted.Folder).EncodeToIds(string.Concat(Enumerable.Repeat("the old dolls ", 150_000))).Length.ShouldBeGreaterThan(150_000);
    }

    private static string Refused(string? normalizer = null, string? preTokenizer = null, string text = "")
    {
        using var crafted = CraftedTokenizer.Write(normalizer: normalizer, preTokenizer: preTokenizer);
        var tokenizer = Tokenizer.Load(crafted.Folder);
        var (before, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        var error = Should.Throw<AttributionException>(() => tokenizer.EncodeToIds(text));
        error.Code.ShouldBe(ErrorCodes.TokenizerLimit);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(256 << 20);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3));
        return error.Message;
    }
}
