using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>
/// Tokens that stand only in the files beside <c>tokenizer.json</c>. What is right is what Hugging Face's library does: it adds the tokens of the files to
/// those of <c>tokenizer.json</c> as if by <c>add_tokens</c>, so the reference library is asked of a file with the tokens in it.
/// </summary>
public sealed class FilesBesideTests
{
    private static readonly string[] Texts = ["<|a|>x", "x <|a|> y", "ab<|b|>  z", " <|b|>", "</c> <|a|><|b|>"];

    [Fact]
    public void Tokens_of_the_config_alone_are_one_id_each()
    {
        using var crafted = CraftedTokenizer.Write(added: """[{"content":"<|b|>","special":true}]""");
        var first = Tokenizer.Load(crafted.Folder).TokenToId("<|b|>")!.Value;
        Beside(crafted, $$"""
            {"added_tokens_decoder":{
               "{{first}}":{"content":"<|b|>","special":true},
               "{{first + 1}}":{"content":"<|a|>","special":true,"normalized":false} },
             "pad_token":"<|p|>"}
            """);

        var tokenizer = Tokenizer.Load(crafted.Folder);
        tokenizer.EncodeToIds("<|a|><|b|><|p|>").ShouldBe([first + 1, first, first + 2]);
        tokenizer.IsSpecial(first + 1).ShouldBeTrue();
        tokenizer.Decode([first + 1, first], skipSpecialTokens: true).ShouldBe("");
        tokenizer.Notes.ShouldBeEmpty();
        tokenizer.VocabularySize.ShouldBe(first + 3);
    }

    [Theory]
    [InlineData("""{"pad_token":"\ud800"}""")]
    [InlineData("""{"extra_special_tokens":{"a":["\udc00"]}}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"pad_token":"ÿ"}""")]
    public void A_text_in_the_config_that_cannot_be_decoded_is_an_error_with_a_code(string config)
    {
        using var crafted = CraftedTokenizer.Write();
        File.WriteAllText(Path.Combine(crafted.Folder, "tokenizer_config.json"), config, System.Text.Encoding.Latin1);
        Should.Throw<AttributionException>(() => Tokenizer.Load(crafted.Folder)).Code.ShouldBe(ErrorCodes.TokenizerMalformed);
    }

    [OracleFact]
    public void What_they_add_encodes_as_if_it_stood_in_the_file()
    {
        const string flags = """ "single_word":false,"normalized":false""";
        using var whole = CraftedTokenizer.Write(
            added: $$"""[{"content":"<|b|>","special":true,"lstrip":true,"rstrip":true,{{flags}} }"""
                + $$""",{"content":"<|a|>","special":false,"rstrip":true,{{flags}} },{"content":"</c>","special":true}]""");
        using var apart = CraftedTokenizer.Write(added: """[{"content":"<|b|>","special":true}]""");
        var first = Tokenizer.Load(apart.Folder).TokenToId("<|b|>")!.Value;
        Beside(apart, $$"""
            {"added_tokens_decoder":{
               "{{first}}":{"content":"<|b|>","special":true,"lstrip":true,"rstrip":true,{{flags}} },
               "{{first + 1}}":{"content":"<|a|>","special":false,"lstrip":false,"rstrip":true,{{flags}} } },
             "extra_special_tokens":{"close":"</c>"} }
            """);

        var expected = ReferenceEncoding.Of([new(whole.Folder, Texts)], port: false).Single();
        expected.Error.ShouldBeNull();
        var tokenizer = Tokenizer.Load(apart.Folder);
        Comparison.Differences(tokenizer, Texts, expected.Texts).ShouldBeEmpty();
        var note = tokenizer.Notes.ShouldHaveSingleItem();
        note.ShouldContain("'<|b|>' is (lstrip false, rstrip false, single_word false, normalized false) in tokenizer.json and (lstrip true, rstrip true");
    }

    [Fact]
    public void Older_folders_have_their_tokens_in_two_older_files()
    {
        using var crafted = CraftedTokenizer.Write();
        var size = Tokenizer.Load(crafted.Folder).VocabularySize;
        File.WriteAllText(Path.Combine(crafted.Folder, "added_tokens.json"), $$"""{"<|b|>": {{size + 7}}, "<|a|>": {{size}}}""");
        File.WriteAllText(Path.Combine(crafted.Folder, "special_tokens_map.json"),
            """{"eos_token": {"content": "<|b|>"}, "additional_special_tokens": ["<|c|>"]}""");

        var tokenizer = Tokenizer.Load(crafted.Folder);
        tokenizer.EncodeToIds("<|a|><|b|><|c|>").ShouldBe([size, size + 1, size + 2]);
        (tokenizer.IsSpecial(size), tokenizer.IsSpecial(size + 1), tokenizer.IsSpecial(size + 2)).ShouldBe((false, true, true));
        tokenizer.EosToken.ShouldBe("<|b|>");
        tokenizer.Notes.ShouldHaveSingleItem().ShouldContain($"gives it {size + 7}");
    }

    [Theory]
    [InlineData("""{"added_tokens_decoder":{"x":{"content":"a"}}}""", "added_tokens_decoder.x", ErrorCodes.TokenizerMalformed)]
    [InlineData("""{"added_tokens_decoder":{"7":{}}}""", "added_tokens_decoder.7", ErrorCodes.TokenizerMalformed)]
    [InlineData("""{"split_special_tokens":true}""", "split_special_tokens", ErrorCodes.TokenizerUnsupported)]
    [InlineData("""{"add_prefix_space":"yes"}""", "add_prefix_space", ErrorCodes.TokenizerMalformed)]
    [InlineData("[]", null, ErrorCodes.TokenizerMalformed)]
    public void What_cannot_be_is_named(string config, string? property, string code)
    {
        using var crafted = CraftedTokenizer.Write();
        Beside(crafted, config);
        var error = Should.Throw<AttributionException>(() => Tokenizer.Load(crafted.Folder));
        (error.Code, error.Property, error.File).ShouldBe((code, property, Path.Combine(crafted.Folder, "tokenizer_config.json")));
    }

    [Theory]
    [InlineData(false, """{"add_prefix_space":true}""", true, "is false in tokenizer.json and true in tokenizer_config.json, which counts")]
    [InlineData(true, """{"add_prefix_space":false}""", false, "is true in tokenizer.json and false in tokenizer_config.json, which counts")]
    [InlineData(true, "{}", false, "is true in tokenizer.json and false in tokenizer_config.json (not there, which means the same), which counts")]
    [InlineData(true, """{"add_prefix_space":true}""", true, null)]
    [InlineData(false, """{"add_prefix_space":null}""", false, null)]
    [InlineData(true, null, true, null)]
    public void A_space_before_a_text_is_as_the_config_says_where_bytes_are_all_of_the_pre_tokenizer(bool there, string? config, bool expected, string? note)
    {
        using var apart = CraftedTokenizer.Write(bytes: true, preTokenizer: Bytes(there));
        using var whole = CraftedTokenizer.Write(bytes: true, preTokenizer: Bytes(expected));
        if (config is not null)
            Beside(apart, config);

        var (tokenizer, wanted) = (Tokenizer.Load(apart.Folder), Tokenizer.Load(whole.Folder));
        foreach (var text in Texts)
            tokenizer.EncodeToIds(text).ShouldBe(wanted.EncodeToIds(text));
        tokenizer.EncodeToIds("ab").SequenceEqual(tokenizer.EncodeToIds(" ab")).ShouldBe(expected);
        HasNote(tokenizer, note);
    }

    [Theory]
    [InlineData("""{"type":"Prepend","prepend":"_"}""", null, false, "puts a space before")]
    [InlineData("""{"type":"Prepend","prepend":"_"}""", null, true, null)]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Prepend","prepend":"_"}]}""", null, false, "puts a space before")]
    [InlineData(null, """{"type":"Metaspace","replacement":"_","prepend_scheme":"first","split":false}""", false, "puts a space before")]
    [InlineData(null, """{"type":"Metaspace","replacement":"_","prepend_scheme":"never","split":false}""", true, "puts no space before")]
    [InlineData("""{"type":"NFC"}""", null, true, "puts no space before")]
    [InlineData("""{"type":"NFC"}""", null, false, null)]
    public void Elsewhere_the_space_is_as_the_tokenizer_says_and_what_differs_is_noted(string? normalizer, string? preTokenizer, bool config, string? note)
    {
        using var apart = CraftedTokenizer.Write(normalizer: normalizer, preTokenizer: preTokenizer);
        var wanted = Tokenizer.Load(apart.Folder);
        Beside(apart, $$"""{"add_prefix_space":{{(config ? "true" : "false")}}}""");

        var tokenizer = Tokenizer.Load(apart.Folder);
        foreach (var text in Texts)
            tokenizer.EncodeToIds(text).ShouldBe(wanted.EncodeToIds(text));
        HasNote(tokenizer, note);
    }

    [Fact]
    public void A_step_among_several_that_differs_from_the_config_is_noted()
    {
        using var crafted = CraftedTokenizer.Write(bytes: true,
            preTokenizer: $$"""{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{{Bytes(true)}}]}""");
        Beside(crafted, """{"add_prefix_space":false}""");
        HasNote(Tokenizer.Load(crafted.Folder), "puts a space before");
    }

    [SharedFact("cases", "tokenizer", "added-in-config-only")]
    public void The_case_of_a_token_in_the_config_alone_is_one_id() =>
        Tokenizer.Load(SharedData.Find("cases", "tokenizer", "added-in-config-only")!).EncodeToIds("<|assistant|>").ShouldBe([5]);

    private static string Bytes(bool prefix) =>
        $$"""{"type":"ByteLevel","add_prefix_space":{{(prefix ? "true" : "false")}},"trim_offsets":true,"use_regex":true}""";

    private static void HasNote(Tokenizer tokenizer, string? note)
    {
        if (note is null)
            tokenizer.Notes.ShouldBeEmpty();
        else
            tokenizer.Notes.ShouldHaveSingleItem().ShouldContain(note);
    }

    private static void Beside(CraftedTokenizer crafted, string config) => File.WriteAllText(Path.Combine(crafted.Folder, "tokenizer_config.json"), config);
}
