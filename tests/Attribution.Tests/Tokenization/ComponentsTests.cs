using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>Every component and option against the reference library, in small tokenizers around it.</summary>
public sealed class ComponentsTests
{
    private static readonly string[] Texts =
    [
        .. TestTexts.Draw(250, ["<x>", "é", "hello", "ony", "<Hé>", "<hé>"]),
        "hello world", "  hello   world  ", "a,b.,c", "a1b22c333", "1234567", "ab<x>cd", "a <x> b", "  <x>  <x>", "cony <x>x ony.", "don't DON'T I'll",
            "étéé e\u0301",
        "日本語한 abc", "x\u0301\u0327y", "▁a ▁▁b", " ", "ſ's 'S 're", "a\r\n\r\n b", "\t\ta", "２３ ½²Ⅷ", "İI", "𝟗𝟘 𝒳y 𐐷", "👍🏽a", "a.b-c_d", "ß\u00A0ß\u2003",
        "aéb日<x>", "a🄀b", "x𐄇1 ²a¼ⓐ", "🄰a🄀🄀 b", "a🄀b🄁A𐐀𐐨𐐓l日😀o👀b", "h𐒰e𐓔l𐲀l 𐳳𑢠o𞤀𞥄d", "𐐓a𐐔", "aÀbÁlÂoßaàbáhªlºoµ»a¿b§h",
        "a'ſl ſ'ſt'ſ", "a\u212Ab ka\u212Arkb\u212A", "abABba BAl", "lsſst SsſS hSlſa", "aBaDabADdDdDlb aBBlalB", "adaBldabaBadl\nda\nb lABlabD",
    ];

    private static readonly string[] Cases =
    [
        // Pre-tokenizers that cut.
        .. Split("String", " "), .. Split("String", "ab"), .. Split("Regex", @"\d+"), .. Split("Regex", @"[a-c]|\s"),
        Pre("""{"type":"Digits","individual_digits":true}"""), Pre("""{"type":"Digits","individual_digits":false}"""),
        .. Behaviors.Select(behavior => Pre($$"""{"type":"Punctuation","behavior":"{{behavior}}"}""")),
        Pre("""{"type":"Whitespace"}"""), Pre("""{"type":"WhitespaceSplit"}"""), Pre("""{"type":"BertPreTokenizer"}"""),
        Pre("""{"type":"CharDelimiterSplit","delimiter":"b"}"""),
        // Expressions of published models, and Oniguruma's syntax.
        Regex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
        Regex(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
        Regex(@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"),
        Regex(@"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
        Regex(@"[一-龥぀-ゟ゠-ヿ]+"), Regex(@"\p{N}{1,3}"), Regex(@"\s?\p{L}+|\s?\p{P}+"), Regex(@"(?i)HELLO|k|[x-z]"), Regex(@"^a|b$|\bw"), Regex(@"\w+"),
            Regex(@"\W|\h"), Regex(@"\W"), Regex(@"\b"), Regex(@"[\w]+"),
        Regex(@"[\w.]+?x?|a{,2}|\x{62}|\u00e9"), Regex(@"."), Regex(@""), Regex(@"(?<=a)b|(?<!a)c|d(?=e)|(?>l+)l"), Regex(@"[^\w\s]"), Regex(@"\p{^L}\P{N}"),
            Regex(@"(?m:a.b)|\A.|.\z"),
        // Classes inside classes; the first is of BLOOM.
        Regex(@" ?[^(\s|[.,!?…。，、।۔،])]+"), Regex(@"[ab[l-o]]+"), Regex(@"[^ab[l-o]]+"), Regex(@"[a[b[\s]]d]+"), Regex(@"[[ab]c]+"), Regex(@"[a[]b]]"),
            Regex(@"[[a-c]-e]+"), Regex(@"[a[-b]]+"), Regex(@"[a[b-]]+"), Regex(@"[a[\d][o]]+"),
        // Characters beyond U+FFFF; the first is of DeepSeek-LLM.
        Regex(@"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝ"
            + @"Ὗ-\u1F7Dᾀ-ᾴᾶ-ᾼ\u1FBEῂ-ῄῆ-ῌῐ-\u1FD3ῖ-\u1FDBῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212A-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ"
            + @"𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+"),
        .. ((string[])["[𐐀-𐐓]+", "[A𐐀]", "[^𐐀]+", @"\x{1F100}", @"[\x{1F100}-\x{1F10A}]+", "🄀+", "(?:🄀|a)", @"[\p{L}🄀]+", @"[𐐀-𐐓]|\p{Lu}+|\p{Ll}",
            @"[^\p{L}🄀]+", "(?<=🄀)b", "[🄀-🅿🅰]+", @"[\x{10000}-\x{10FFFF}]+", @"\w+[😀-😏]|[👀-😅]b", "[𐐀-𐐐[𐐓😀]]", @"[\uFF00-𐐀]+"]).Select(Regex),
        // Where case does not count.
        .. ((string[])[@"(?i)\p{Lu}", @"(?i:\P{Lu}+)", @"(?i:\p{Ll}l)", @"(?i)[\p{Lu}]b", "(?i)s", "(?i)k", "(?i)ſ+", "(?i)\u212A", "(?i)[s]", "(?i)[k-l]+",
            "(?i)[R-T]+", "(?i)[^s]+", "(?i)[^k]", "(?i)[ſ-ƀ]", "(?i)[\u212A]", "(?i)[a-z]+", "(?-i)[a-z]+", "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
            @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+"]).Select(Regex),
        // Options in the middle of a group, which take the alternatives after them along.
        .. ((string[])["a(?i)b|d", "a(?i)b|d|l", "(a(?i)b|d)l", "(?i)b|d", "a|(?i)b|d", "l(?i)a(?-i)b|D", "a(?m).|d", "a(?i)", "a(?i)|d", "(?i)(?m)b|d",
            "(?:l(?i)b|d)|A", "(?:(?i)b)|d", "(?:a(?i)b|d){2}l?", "(?=a(?i)b|d)a"]).Select(Regex),
        // Metaspace.
        .. from scheme in (string[])["always", "never", "first"]
           from split in (string[])["true", "false"]
           select Pre($$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":{{split}}}""",
               decoder: $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":{{split}}}"""),
        Pre("""{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true}"""
            + """,{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}]}"""),
        // Bytes.
        .. from prefix in (string[])["true", "false"]
           from regex in (string[])["true", "false"]
           from trim in (string[])["true", "false"]
           let level = $$"""{"type":"ByteLevel","add_prefix_space":{{prefix}},"trim_offsets":{{trim}},"use_regex":{{regex}}}"""
           select Text(bytes: true, preTokenizer: level, postProcessor: level, decoder: level),
        Text(bytes: true,
            preTokenizer: """{"type":"Sequence","pretokenizers":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}"""
                + """,{"type":"Digits","individual_digits":true}]}""",
            decoder: """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}"""),
        Text(bytes: true, preTokenizer: """{"type":"Sequence","pretokenizers":[{"type":"Punctuation","behavior":"Isolated"}"""
            + """,{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":false}]}"""),
        Text(bytes: true, normalizer: """{"type":"ByteLevel"}"""),
        Text(bytes: true, model: """{"ignore_merges":true}""",
            preTokenizer: """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"""),
        // Normalizers.
        .. ((string[])["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"]).Select(type => Normalized($$"""{"type":"{{type}}"}""")),
        Normalized("""{"type":"Sequence","normalizers":[{"type":"NFKD"},{"type":"StripAccents"},{"type":"Lowercase"},{"type":"NFC"}]}"""),
        .. ((string[])["true,\"strip_right\":true", "true,\"strip_right\":false", "false,\"strip_right\":true"]).Select(sides =>
            Normalized("{\"type\":\"Strip\",\"strip_left\":" + sides + "}")),
        Normalized("""{"type":"Prepend","prepend":"▁a"}"""), Normalized("""{"type":"Replace","pattern":{"String":" "},"content":"▁"}"""),
        Normalized("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁▁"}"""),
            Normalized("""{"type":"Replace","pattern":{"String":"ab"},"content":""}"""),
        Normalized("""{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"String":"l"},"content":"日本"}"""
            + """,{"type":"Prepend","prepend":"▁"}"""
            + """,{"type":"Replace","pattern":{"Regex":"(h)e"},"content":"$1"}]}"""),
        // Models.
        Text(model: """{"unk_token":"<unk>","fuse_unk":true}"""), Text(model: """{"unk_token":"<unk>","fuse_unk":false}"""), Text(),
        Text(model: """{"unk_token":"<unk>","fuse_unk":true,"byte_fallback":true}""",
            decoder: """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "}"""
            + """,{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}"""),
        Text(model: """{"end_of_word_suffix":"</w>"}""", preTokenizer: """{"type":"WhitespaceSplit"}""", decoder: """{"type":"BPEDecoder","suffix":"</w>"}"""),
        Text(model: """{"continuing_subword_prefix":"##"}""", preTokenizer: """{"type":"WhitespaceSplit"}"""),
        // Decoders.
        // Not both ends at once: the reference crashes on a token that is one such character.
        Decoded("""{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Strip","content":"a","start":2,"stop":0}]}"""),
        Decoded("""{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Strip","content":"a","start":0,"stop":1}]}"""),
        Decoded("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"String":"he"},"content":"HE"}"""
            + """,{"type":"Replace","pattern":{"Regex":"[a-c]+"},"content":"x"}]}"""),
        Decoded("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":" ","start":2,"stop":0}]}"""), Decoded("""{"type":"Fuse"}"""),
        // Added tokens.
        .. from flags in (string[])["", ",\"lstrip\":true", ",\"rstrip\":true", ",\"single_word\":true",
            ",\"lstrip\":true,\"rstrip\":true,\"single_word\":true"]
           from normal in (string[])["true", "false"]
           let token = $$"""[{"content":"<x>","normalized":{{normal}}{{flags}},"special":true},{"content":"ony","normalized":{{normal}}{{flags}}}"""
               + $$""",{"content":"<Hé>","normalized":{{normal}}}]"""
           from normalizer in (string?[])[null, """{"type":"Lowercase"}""", """{"type":"Prepend","prepend":"▁"}"""]
           select Text(added: token, normalizer: normalizer, preTokenizer: """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}"""),
        // A token that is there twice.
        .. from first in (string[])["", ",\"lstrip\":true", ",\"rstrip\":true,\"single_word\":true"]
           from second in (string[])["", ",\"lstrip\":true", ",\"single_word\":true"]
           from special in (string[])["true,false", "false,true", "true,true"]
           let isSpecial = special.Split(',')
           let id = CraftedTokenizer.Json()["model"]!["vocab"]!.AsObject().Count
           let entry = $$"""{"id":{{id}},"content":"<x>" """
           select Text(added: $$"""[{{entry}}{{first}},"special":{{isSpecial[0]}}},{{entry}}{{second}},"special":{{isSpecial[1]}}}]"""),
        // Post-processors.
        .. ((string[])["{\"type\":\"BertProcessing\"", "{\"type\":\"RobertaProcessing\",\"trim_offsets\":true,\"add_prefix_space\":true",
            "{\"type\":\"RobertaProcessing\",\"trim_offsets\":false,\"add_prefix_space\":false"])
            .Select(type => Text(bytes: true,
                preTokenizer: """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""",
                postProcessor: type + ""","sep":["a",64],"cls":["b",65]}""")),
        Text(postProcessor:
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"a","type_id":0}},{"SpecialToken":{"id":"b","type_id":0}}"""
            + """,{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"b","type_id":0}}]"""
            + ""","pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}]"""
            + ""","special_tokens":{"a":{"id":"a","ids":[2,3],"tokens":["a","b"]},"b":{"id":"b","ids":[4],"tokens":["c"]}}}"""),
    ];

    private static string[] Behaviors => ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"];

    [OracleTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_component_does_what_the_reference_does(bool special)
    {
        var tokenizers = Cases.Select(CraftedTokenizer.WriteText).ToArray();
        try
        {
            var expected = ReferenceEncoding.Of([.. tokenizers.Select(it => new ReferenceEncoding.Case(it.Folder, Texts, special))], port: false);
            var wrong = new List<string>();
            for (var i = 0; i < Cases.Length; i++)
            {
                expected[i].Error.ShouldBeNull();
                var differences = Comparison.Differences(Tokenizer.Load(tokenizers[i].Folder), Texts, expected[i].Texts, special).ToList();
                if (differences.Count > 0)
                    wrong.Add($"{differences.Count} in {Cases[i][..Cases[i].IndexOf("\"vocab\"", StringComparison.Ordinal)]}: {differences[0]}");
            }
            wrong.ShouldBeEmpty();
        }
        finally
        {
            foreach (var tokenizer in tokenizers)
                tokenizer.Dispose();
        }
    }

    private static string Text(
        bool bytes = false, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null, string? decoder = null,
        string model = "{}", string added = "[]")
        => CraftedTokenizer.Json(bytes, normalizer, preTokenizer, postProcessor, decoder, model, added).ToJsonString();

    private static string Pre(string preTokenizer, string? decoder = null) => Text(preTokenizer: preTokenizer, decoder: decoder);

    private static string Normalized(string normalizer) => Text(normalizer: normalizer, model: """{"unk_token":"<unk>","byte_fallback":true}""");

    private static string Decoded(string decoder) => Text(decoder: decoder, model: """{"unk_token":"<unk>","byte_fallback":true}""");

    private static string Regex(string expression) =>
        Pre($$"""{"type":"Split","pattern":{"Regex":{{JsonSerializer.Serialize(expression)}}},"behavior":"Isolated","invert":false}""");

    private static IEnumerable<string> Split(string kind, string pattern)
        => from behavior in Behaviors
           from invert in (string[])["true", "false"]
           select Pre($$"""{"type":"Split","pattern":{"{{kind}}":{{JsonSerializer.Serialize(pattern)}}},"behavior":"{{behavior}}","invert":{{invert}}}""");
}
