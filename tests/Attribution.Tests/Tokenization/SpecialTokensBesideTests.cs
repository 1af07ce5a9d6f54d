using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>
/// Special tokens around a plain text where <c>tokenizer_config.json</c> contradicts <c>tokenizer.json</c>: the latter counts, as in Hugging Face's library
/// since its version 5.
/// </summary>
public sealed class SpecialTokensBesideTests
{
    private static readonly string[] Texts = ["", "ab", "<s>ab", " a</s>"];

    public static TheoryData<string> Models => [.. Oracle.ModelNames];

    [OracleTheory]
    [InlineData(true, false, """{"add_bos_token":false,"add_eos_token":true}""", 2)]
    [InlineData(true, false, """{"add_bos_token":true,"add_eos_token":true}""", 1)]
    [InlineData(true, false, """{"add_bos_token":true,"add_eos_token":false}""", 0)]
    [InlineData(true, true, """{"add_bos_token":true}""", 0)]
    [InlineData(true, true, """{"add_bos_token":null,"add_eos_token":"yes"}""", 0)]
    [InlineData(false, false, """{"add_bos_token":true,"bos_token":"<s>"}""", 1)]
    [InlineData(false, true, """{"tokenizer_class":"LlamaTokenizer","add_bos_token":true,"add_eos_token":false}""", 2)]
    public void The_post_processor_counts_and_flags_that_contradict_it_are_noted(bool bos, bool eos, string config, int notes)
    {
        using var crafted = CraftedTokenizer.Write(added: """[{"content":"<s>","special":true},{"content":"</s>","special":true}]""",
            postProcessor: Around(bos, eos));
        File.WriteAllText(Path.Combine(crafted.Folder, "tokenizer_config.json"), config);
        var expected = ReferenceEncoding.Of([new(crafted.Folder, Texts), new(crafted.Folder, Texts, Special: false)], port: false);
        var tokenizer = Tokenizer.Load(crafted.Folder);
        Comparison.Differences(tokenizer, Texts, expected[0].Texts).ShouldBeEmpty();
        Comparison.Differences(tokenizer, Texts, expected[1].Texts, special: false).ShouldBeEmpty();
        (tokenizer.EncodeToIds("ab").Length - tokenizer.EncodeToIds("ab", addSpecialTokens: false).Length).ShouldBe((bos ? 1 : 0) + (eos ? 1 : 0));
        tokenizer.PlainTextNotes.Count.ShouldBe(notes);
        tokenizer.Notes.ShouldBeEmpty("a chat template's text has no part in it");
    }

    [OracleTheory]
    [MemberData(nameof(Models))]
    public void Published_folders_do_not_contradict_themselves(string model) => Tokenizer.Load(Oracle.ModelFolder(model)).PlainTextNotes.ShouldBeEmpty();

    private static string? Around(bool bos, bool eos)
    {
        if (!bos && !eos)
            return null;
        // The ids of the two tokens follow the vocabulary of the crafted tokenizer.
        using var bare = CraftedTokenizer.Write();
        var first = Tokenizer.Load(bare.Folder).VocabularySize;
        string?[] parts = [bos ? Token("<s>") : null, """{"Sequence":{"id":"A","type_id":0}}""", eos ? Token("</s>") : null];
        var single = string.Join(',', parts.OfType<string>());
        return $$$"""
            {"type":"TemplateProcessing","single":[{{{single}}}],"pair":[{{{single}}}, {"Sequence":{"id":"B","type_id":1}}],
             "special_tokens":{"<s>":{"id":"<s>","ids":[{{{first}}}],"tokens":["<s>"]},"</s>":{"id":"</s>","ids":[{{{first + 1}}}],"tokens":["</s>"]} } }
            """;

        static string Token(string text) => $$$"""{"SpecialToken":{"id":"{{{text}}}","type_id":0}}""";
    }
}
