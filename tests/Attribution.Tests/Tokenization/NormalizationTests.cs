using System.Globalization;
using System.Text;
using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>
/// Unicode normalization, which the runtime does not do without culture data, against JavaScript's. It is seen through a tokenizer that
/// falls back to bytes for every character, so that decoding gives the normalized text.
/// </summary>
public sealed class NormalizationTests
{
    // JavaScript knows decompositions that came after Unicode 14, the version of our table and newer than the reference library's.
    private static readonly (int First, int Last)[] NewerThanTable = [(0xA7F1, 0xA7F1), (0x10570, 0x105FF), (0x11380, 0x113FF), (0x11F00, 0x11FFF),
        (0x16100, 0x1613F), (0x16D40, 0x16D7F), (0x1CC00, 0x1CCFF), (0x1E030, 0x1E08F)];

    [OracleTheory]
    [InlineData("NFC")]
    [InlineData("NFD")]
    [InlineData("NFKC")]
    [InlineData("NFKD")]
    public void Every_character_and_random_runs_of_marks_are_normalized_as_Unicode_says(string form)
    {
        using var crafted = CraftedTokenizer.Write(
            normalizer: $$"""{"type":"{{form}}"}""", model: """{"byte_fallback":true}""",
                decoder: """{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]}""");
        var tokenizer = Tokenizer.Load(crafted.Folder);
        var texts = Characters().Chunk(2000).Select(chunk => string.Concat(chunk.Select(c => c + "|"))).Concat(Runs()).ToArray();
        var expected = JsonSerializer.Deserialize<string[]>(Oracle.Run("normalize.mjs", $$"""{"form": "{{form}}", "texts": {{Oracle.Json(texts)}}}"""))!;
        for (var i = 0; i < texts.Length; i++)
            tokenizer.Decode(tokenizer.EncodeToIds(texts[i])).ShouldBe(expected[i]);
    }

    private static IEnumerable<string> Characters()
        => from codePoint in Enumerable.Range(0, 0x2FFFF)
           where codePoint is < 0xD800 or > 0xDFFF && CharUnicodeInfo.GetUnicodeCategory(codePoint) != UnicodeCategory.OtherNotAssigned
           where !NewerThanTable.Any(range => range.First <= codePoint && codePoint <= range.Last)
           select char.ConvertFromUtf32(codePoint);

    // Letters and consonants that compose, with marks of many classes in any order.
    private static IEnumerable<string> Runs()
    {
        string[] parts = ["a", "e", "o", "A", "\u00E5", "\u01B0", "\u1112", "\u1161", "\u11AB", "\uD55C", "\u0301", "\u0300", "\u0323", "\u0327", "\u0345",
            "\u0308", "\u0344", "\u0338", "\u3099", "\u304B", "\u0F71", "\u0F72", "\u05B0", "\u0591", "\u093C", "\u0928", "\uD834\uDD58", "\uD834\uDD65"];
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
            yield return string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => parts[random.Next(parts.Length)]));
    }
}
