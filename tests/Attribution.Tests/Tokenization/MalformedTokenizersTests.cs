using System.Text.Json.Nodes;
using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>Whatever is wrong with a tokenizer's files is an error that names the file and the component.</summary>
public sealed class MalformedTokenizersTests
{
    private static readonly JsonObject Sound = CraftedTokenizer.Json(
        normalizer: """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""",
        preTokenizer: """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"a|b"},"behavior":"Isolated","invert":false}"""
            + """,{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}"""
            + """,{"type":"Digits","individual_digits":true}]}""",
        postProcessor: """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<x>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]"""
            + ""","pair":[],"special_tokens":{"<x>":{"id":"<x>","ids":[3],"tokens":["a"]}}}""",
        decoder: """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "}"""
            + """,{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
        model: """{"byte_fallback":true,"unk_token":"<unk>","fuse_unk":true,"dropout":null}""",
        added: """[{"content":"<x>","special":true}]""");

    [Fact]
    public void The_sound_tokenizer_that_the_others_are_made_from_loads()
    {
        using var crafted = CraftedTokenizer.WriteText(Sound.ToJsonString());
        Tokenizer.Load(crafted.Folder).EncodeToIds("a<x>").Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("model.type", "\"Unigram\"", "ATTR1203")]
    [InlineData("model.vocab", "null", "ATTR1202", "model.vocab")]
    [InlineData("model.vocab", "[]", "ATTR1202")]
    [InlineData("model.vocab.a", "\"3\"", "ATTR1202")]
    [InlineData("model.vocab.a", "-1", "ATTR1202")]
    [InlineData("model.vocab.a", "4", "ATTR1204", "model.vocab.c")]
    [InlineData("model.merges", "null", "ATTR1202", "model.merges")]
    [InlineData("model.merges", "{}", "ATTR1202")]
    [InlineData("model.merges[3]", "\"a\"", "ATTR1202")]
    [InlineData("model.merges[3]", "\"a b c\"", "ATTR1202")]
    [InlineData("model.merges[3]", "[\"a\"]", "ATTR1202")]
    [InlineData("model.merges[3]", "[\"a\", 1]", "ATTR1202", "model.merges[3][1]")]
    [InlineData("model.merges[3]", "\"a nowhere\"", "ATTR1204")]
    [InlineData("model.merges[3]", "\"z z\"", "ATTR1204")]
    [InlineData("model.unk_token", "\"nowhere\"", "ATTR1204")]
    [InlineData("model.unk_token", "7", "ATTR1202")]
    [InlineData("model.dropout", "0.1", "ATTR1203")]
    [InlineData("model.fuse_unk", "1", "ATTR1202")]
    [InlineData("model.new_option", "true", "ATTR1203")]
    [InlineData("new_component", "{}", "ATTR1203")]
    [InlineData("added_tokens", "{}", "ATTR1202")]
    [InlineData("added_tokens[0].content", "null", "ATTR1202")]
    [InlineData("added_tokens[0].id", "\"9\"", "ATTR1202")]
    [InlineData("added_tokens[0].id", "3", "ATTR1204")]
    [InlineData("added_tokens[0].content", "\"a\"", "ATTR1204", "added_tokens[0].id")]
    [InlineData("added_tokens[0].lstrip", "\"yes\"", "ATTR1202")]
    [InlineData("normalizer.type", "\"Precompiled\"", "ATTR1203", "normalizer")]
    [InlineData("normalizer.normalizers[0].type", "\"NFX\"", "ATTR1203", "normalizer.normalizers[0]")]
    [InlineData("normalizer.normalizers[0].type", "null", "ATTR1202")]
    [InlineData("normalizer.normalizers[1].pattern", "{\"Glob\":\"*\"}", "ATTR1203", "normalizer.normalizers[1].pattern.Glob")]
    [InlineData("normalizer.normalizers[1].extra", "1", "ATTR1203")]
    [InlineData("pre_tokenizer", "\"ByteLevel\"", "ATTR1202")]
    [InlineData("pre_tokenizer.pretokenizers[0].type", "\"Sentences\"", "ATTR1203", "pre_tokenizer.pretokenizers[0]")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"(a\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"\\\\p{Han}\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"[a&&[b]]\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"a(?i)*b\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"(a(?i)b\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"(?i)[𐐀]\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"[b-a]\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"\\\\x{110000}\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"[a[b&&c]]\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"[a[^b]]\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"[[:alpha:]]\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"[a[]]\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"[!-[b]]\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].pattern.Regex", "\"(a)\\\\1\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].behavior", "\"Torn\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[0].invert", "null", "ATTR1202")]
    [InlineData("pre_tokenizer.pretokenizers[1].replacement", "\"ab\"", "ATTR1202")]
    [InlineData("pre_tokenizer.pretokenizers[1].prepend_scheme", "\"last\"", "ATTR1203")]
    [InlineData("pre_tokenizer.pretokenizers[1].add_prefix_space", "false", "ATTR1204", "pre_tokenizer.pretokenizers[1].prepend_scheme")]
    [InlineData("post_processor.type", "\"Polish\"", "ATTR1203", "post_processor")]
    [InlineData("post_processor.single[0].SpecialToken.id", "\"<y>\"", "ATTR1202", "post_processor.special_tokens.<y>")]
    [InlineData("post_processor.single[1]", "{\"SpecialToken\":{\"id\":\"<x>\",\"type_id\":0}}", "ATTR1202", "post_processor.single")]
    [InlineData("post_processor.single[1].Sequence.id", "\"B\"", "ATTR1203", "post_processor.single[1]")]
    [InlineData("post_processor.special_tokens.<x>.ids[0]", "99999", "ATTR1204")]
    [InlineData("decoder.decoders[1].type", "\"WordPiece\"", "ATTR1203", "decoder.decoders[1]")]
    [InlineData("decoder.decoders[3].start", "true", "ATTR1202")]
    public void A_wrong_value_is_named(string path, string value, string code, string? named = null)
    {
        var json = Sound.DeepClone();
        Set(json, path, JsonNode.Parse(value));
        using var crafted = CraftedTokenizer.WriteText(json.ToJsonString());
        var error = Should.Throw<AttributionException>(() => Tokenizer.Load(crafted.Folder));
        error.Code.ShouldBe(code, error.Message);
        error.File.ShouldBe(Path.Combine(crafted.Folder, "tokenizer.json"));
        error.Property.ShouldBe(named ?? path);
    }

    [Fact]
    public void A_folder_without_the_file_is_named()
    {
        var error = Should.Throw<AttributionException>(() => Tokenizer.Load(Path.GetTempPath()));
        error.Code.ShouldBe(ErrorCodes.TokenizerMissing);
        error.File.ShouldBe(Path.Combine(Path.GetTempPath(), "tokenizer.json"));
    }

    [Fact]
    public void A_name_of_a_special_token_of_the_wrong_type_is_named()
    {
        using var crafted = CraftedTokenizer.WriteText(Sound.ToJsonString());
        var config = Path.Combine(crafted.Folder, "tokenizer_config.json");
        File.WriteAllText(config, """{"bos_token": ["<s>"]}""");
        var error = Should.Throw<AttributionException>(() => Tokenizer.Load(crafted.Folder));
        (error.Code, error.File, error.Property).ShouldBe((ErrorCodes.TokenizerMalformed, config, "bos_token"));
    }

    [Fact]
    public void Names_of_special_tokens_come_from_the_older_map_and_else_from_the_config_unless_that_lists_the_added_tokens()
    {
        using var crafted = CraftedTokenizer.WriteText(Sound.ToJsonString());
        File.WriteAllText(Path.Combine(crafted.Folder, "tokenizer_config.json"),
            """{"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "pad_token": null}""");
        File.WriteAllText(Path.Combine(crafted.Folder, "special_tokens_map.json"), """{"eos_token": "<old>", "unk_token": {"content": "<unk>"}}""");
        var tokenizer = Tokenizer.Load(crafted.Folder);
        (tokenizer.BosToken, tokenizer.EosToken, tokenizer.UnkToken, tokenizer.PadToken).ShouldBe(("<s>", "<old>", "<unk>", null));

        File.WriteAllText(Path.Combine(crafted.Folder, "tokenizer_config.json"), """{"bos_token": "<s>", "eos_token": "</s>", "added_tokens_decoder": {}}""");
        tokenizer = Tokenizer.Load(crafted.Folder);
        (tokenizer.BosToken, tokenizer.EosToken, tokenizer.UnkToken, tokenizer.PadToken).ShouldBe(("<s>", "</s>", null, null));
    }

    [Fact]
    public void A_token_that_is_there_twice_is_an_error()
        => Throws(Sound.ToJsonString().Replace("\"vocab\":{", "\"vocab\":{\"a\":90000,",
            StringComparison.Ordinal)).Code.ShouldBe(ErrorCodes.TokenizerInconsistent);

    [Fact]
    public void An_added_token_that_is_there_twice_needs_one_id()
    {
        static string Twice(int first, int second)
            => CraftedTokenizer.Json(added: $$"""[{"id":{{first}},"content":"<x>","lstrip":true},{"id":{{second}},"content":"<x>"}]""").ToJsonString();
        using var crafted = CraftedTokenizer.WriteText(Twice(9000, 9000));
        Tokenizer.Load(crafted.Folder).Encode("z <x>", addSpecialTokens: false).Ids.Length.ShouldBe(3);
        var error = Throws(Twice(9000, 9001));
        (error.Code, error.Property).ShouldBe((ErrorCodes.TokenizerInconsistent, "added_tokens[1].id"));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_in_the_file_is_an_error()
    {
        Throws(Sound.ToJsonString().Replace("\"vocab\":{", "\"vocab\":{\"\\ud800\":90000,",
            StringComparison.Ordinal)).Code.ShouldBe(ErrorCodes.TokenizerMalformed);
        Throws(Sound.ToJsonString().Replace("\"content\":\"\\u003Cx\\u003E\"", "\"content\":\"\\udc00\"",
            StringComparison.Ordinal)).Code.ShouldBe(ErrorCodes.TokenizerMalformed);
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_an_error()
    {
        var json = Sound.ToJsonString();
        for (var length = 0; length < json.Length; length += 97)
            Throws(json[..length]).Code.ShouldBe(ErrorCodes.TokenizerMalformed);
    }

    [Fact]
    public void Any_value_in_any_place_loads_or_is_an_error_that_names_the_file()
    {
        string[] values = ["null", "true", "0", "-1", "1e99", "3", "\"\"", "\"a\"", "\"\\uFFFF\"", "[]", "[[]]", "{}", "{\"type\":\"Sequence\"}"];
        var random = new Random(3);
        using var crafted = CraftedTokenizer.WriteText("");
        var file = Path.Combine(crafted.Folder, "tokenizer.json");
        var errors = 0;
        for (var round = 0; round < 500; round++)
        {
            var json = Sound.DeepClone();
            var at = json;
            // The vocabulary and the merges are most of the file; half of the time stay out of them.
            for (var depth = random.Next(1, 6); depth > 0 && Children(at).ToArray() is { Length: > 0 } children; depth--)
                at = children[random.Next(round % 2 == 0 ? Math.Min(children.Length, 9) : children.Length)];
            at.ReplaceWith(JsonNode.Parse(values[random.Next(values.Length)]));
            File.WriteAllText(file, json.ToJsonString());
            try
            {
                Tokenizer.Load(crafted.Folder).Encode("ab 12 <x>é");
            }
            catch (AttributionException error)
            {
                errors++;
                error.Code.ShouldStartWith("ATTR12");
                error.File.ShouldBe(file);
            }
        }
        errors.ShouldBeInRange(100, 499);
    }

    [Theory]
    [InlineData("\"fuse_unk\"", "\"fuse\\ud800unk\"")]
    [InlineData("\"fuse_unk\"", "\"fuseÿunk\"")]
    [InlineData("\"added_tokens\"", "\"\\udc00tokens\"")]
    [InlineData("\"lstrip\"", "\"lsÿtrip\"")]
    [InlineData("\"content\":\"\\u003Cx\\u003E\"", "\"content\":\"ÿ\"")]
    [InlineData("\"\\u003Cunk\\u003E\"", "\"\\ud800\"")]
    public void A_name_or_a_text_that_cannot_be_decoded_is_an_error(string sound, string broken)
    {
        var json = Sound.ToJsonString();
        json.ShouldContain(sound);
        using var crafted = CraftedTokenizer.WriteText("");
        // One byte for each character: above 127 it is no UTF-8. The sound file escapes such characters.
        File.WriteAllText(Path.Combine(crafted.Folder, "tokenizer.json"), json.Replace(sound, broken, StringComparison.Ordinal), System.Text.Encoding.Latin1);
        var error = Should.Throw<AttributionException>(() => Tokenizer.Load(crafted.Folder));
        (error.Code, error.File).ShouldBe((ErrorCodes.TokenizerMalformed, Path.Combine(crafted.Folder, "tokenizer.json")));
    }

    private static AttributionException Throws(string json)
    {
        using var crafted = CraftedTokenizer.WriteText(json);
        var error = Should.Throw<AttributionException>(() => Tokenizer.Load(crafted.Folder));
        error.File.ShouldBe(Path.Combine(crafted.Folder, "tokenizer.json"));
        return error;
    }

    private static IEnumerable<JsonNode> Children(JsonNode node) => node switch
    {
        JsonObject map => map.Select(pair => pair.Value).OfType<JsonNode>(),
        JsonArray list => list.OfType<JsonNode>(),
        _ => [],
    };

    private static void Set(JsonNode json, string path, JsonNode? value)
    {
        var steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (var step in steps[..^1])
            json = step.StartsWith('[') ? json[int.Parse(step.Trim('[', ']'))]! : json[step]!;
        if (steps[^1].StartsWith('['))
            json[int.Parse(steps[^1].Trim('[', ']'))] = value;
        else
            json[steps[^1]] = value;
    }
}
