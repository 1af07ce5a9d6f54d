using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>Published vocabularies against the library that made them.</summary>
public sealed class PublishedTokenizersTests
{
    private const int Texts = 2000;

    public static TheoryData<string> Models => [.. Oracle.ModelNames];

    [OracleTheory]
    [MemberData(nameof(Models))]
    public void Ids_and_offsets_are_the_reference_librarys(string model)
    {
        var folder = Oracle.ModelFolder(model);
        var tokenizer = Tokenizer.Load(folder);
        var texts = TestTexts.Draw(Texts, AddedTokens(folder));
        var expected = ReferenceEncoding.Of(folder, texts);

        var wrong = new List<string>();
        for (var i = 0; i < texts.Count; i++)
        {
            var actual = tokenizer.Encode(texts[i]);
            var offsets = actual.Offsets.SelectMany(span => new[] { span.Start, span.End });
            if (!actual.Ids.SequenceEqual(expected[i].Ids))
                wrong.Add($"ids of {Oracle.Json([texts[i]])}: {string.Join(' ', actual.Ids)} instead of {string.Join(' ', expected[i].Ids)}");
            else if (!offsets.SequenceEqual(expected[i].Offsets))
                wrong.Add($"offsets of {Oracle.Json([texts[i]])}: {string.Join(' ', offsets)} instead of {string.Join(' ', expected[i].Offsets)}");
            else if (!tokenizer.EncodeToIds(texts[i]).SequenceEqual(actual.Ids))
                wrong.Add($"{Oracle.Json([texts[i]])}: other ids without offsets");
            else if (tokenizer.Decode(actual.Ids) != expected[i].Decoded)
                wrong.Add($"decoded {Oracle.Json([texts[i]])}: {Oracle.Json([tokenizer.Decode(actual.Ids)])} instead of {Oracle.Json([expected[i].Decoded])}");
            else if (!actual.Ids.SequenceEqual(expected[i].PortIds))
                wrong.Add($"PORT {Oracle.Json([texts[i]])}: {string.Join(' ', actual.Ids)} instead of {string.Join(' ', expected[i].PortIds)} {expected[i].PortError}");
        }
        wrong.ShouldBeEmpty($"{wrong.Count} of {Texts}");
    }

    private static List<string> AddedTokens(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        return [.. json.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("content").GetString()!).Take(60)];
    }
}
