using System.Text.Json;
using Attribution.Tokenization;
using FsCheck;
using FsCheck.Fluent;

namespace Attribution.Tests.Tokenization;

public sealed class DecodingTests
{
    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";

    // The usual decoder of sentencepiece vocabularies.
    private const string Sentencepiece = """
        {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
          {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
        """;

    private static readonly Gen<string> Texts = ArbMap.Default.GeneratorFor<string>()
        .Where(text => text is not null)
        .SelectMany(text => Gen.Elements(TestTexts.Draw(400, ["<x>"], loneSurrogates: false).ToArray()).Select(other => WellFormed(text) + other));

    [Fact]
    public void A_byte_level_vocabulary_gives_back_every_text()
    {
        using var crafted = CraftedTokenizer.Write(bytes: true, preTokenizer: ByteLevel, decoder: ByteLevel, added: """[{"content":"<x>","special":true}]""");
        GivesBackEveryText(Tokenizer.Load(crafted.Folder));
    }

    [OracleTheory]
    [InlineData("llama3_1")]
    [InlineData("mistral_nemo")]
    public void A_published_byte_level_vocabulary_gives_back_every_text(string model) => GivesBackEveryText(Tokenizer.Load(Oracle.ModelFolder(model)));

    [OracleTheory]
    [InlineData("llama3_1")]
    [InlineData("llama2")]
    [InlineData("gemma3")]
    public void Any_ids_decode_to_the_reference_librarys_text(string model)
    {
        var folder = Oracle.ModelFolder(model);
        var tokenizer = Tokenizer.Load(folder);
        var random = new Random(11);
        // Low ids are bytes and short pieces: halves of characters in every combination.
        var sequences = Enumerable.Range(0, 500)
            .Select(i => Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(i % 2 == 0 ? 300 : tokenizer.VocabularySize + 5)).ToArray()).ToArray();
        foreach (var skip in (bool[])[true, false])
        {
            var input = JsonSerializer.Serialize(new { folder, sequences, skip });
            var expected = JsonSerializer.Deserialize<string[]>(Oracle.Run("decode.mjs", input))!;
            for (var i = 0; i < sequences.Length; i++)
                tokenizer.Decode(sequences[i], skip).ShouldBe(expected[i], $"{string.Join(' ', sequences[i])}, skip {skip}");
        }
    }

    [Fact]
    public void Text_that_comes_in_parts_is_whole_characters_and_never_changes()
    {
        using var bytes = CraftedTokenizer.Write(bytes: true, preTokenizer: ByteLevel, decoder: ByteLevel);
        using var pieces = CraftedTokenizer.Write(model: """{"byte_fallback":true}""", decoder: Sentencepiece);
        foreach (var tokenizer in (Tokenizer[])[Tokenizer.Load(bytes.Folder), Tokenizer.Load(pieces.Folder)])
            Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Texts.ToArbitrary(), text =>
            {
                var ids = tokenizer.EncodeToIds(text);
                var whole = tokenizer.Decode(ids);
                var decoder = tokenizer.CreateDecoder();
                var sofar = "";
                foreach (var id in ids)
                {
                    sofar += decoder.Append(id);
                    if (!whole.StartsWith(sofar, StringComparison.Ordinal) || WellFormed(sofar) != sofar)
                        return false;
                }
                return sofar + decoder.Finish() == whole;
            }));
    }

    [Fact]
    public void A_character_is_shown_once_its_last_byte_is_there()
    {
        using var crafted = CraftedTokenizer.Write(bytes: true, preTokenizer: ByteLevel, decoder: ByteLevel);
        var tokenizer = Tokenizer.Load(crafted.Folder);
        var decoder = tokenizer.CreateDecoder();
        tokenizer.EncodeToIds("👍a").Select(decoder.Append).ShouldBe(["", "", "", "👍", "a"]);
        decoder.Finish().ShouldBe("");
        decoder.Append(tokenizer.EncodeToIds("👍")[0]).ShouldBe("");
        decoder.Finish().ShouldBe("\uFFFD");
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character_where_it_stands()
    {
        using var crafted = CraftedTokenizer.Write();
        var tokenizer = Tokenizer.Load(crafted.Folder);
        tokenizer.EncodeToIds("a\uDC00\uD83D\uDC4D\uD83Dz").ShouldBe(tokenizer.EncodeToIds("a\uFFFD👍\uFFFDz"));
        tokenizer.Encode("a\uDC00z").Offsets.ShouldBe([new(0, 1), new(1, 2), new(2, 3)]);
    }

    [Fact]
    public void Threads_that_share_a_tokenizer_get_what_one_alone_gets()
    {
        using var crafted = CraftedTokenizer.Write(bytes: true, preTokenizer: ByteLevel, decoder: ByteLevel);
        var tokenizer = Tokenizer.Load(crafted.Folder);
        var texts = TestTexts.Draw(40, ["x"]);
        var other = Tokenizer.Load(crafted.Folder);
        var alone = texts.Select(text => other.Encode(text)).ToArray();
        Parallel.For(0, 4000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var encoded = tokenizer.Encode(texts[i % texts.Count]);
            encoded.Ids.ShouldBe(alone[i % texts.Count].Ids);
            encoded.Offsets.ShouldBe(alone[i % texts.Count].Offsets);
        });
    }

    private static void GivesBackEveryText(Tokenizer tokenizer)
        => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Texts.ToArbitrary(), text =>
            tokenizer.Decode(tokenizer.EncodeToIds(text, addSpecialTokens: false)) == text));

    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes());
}
