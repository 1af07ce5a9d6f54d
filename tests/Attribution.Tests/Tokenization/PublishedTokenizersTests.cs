using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Tests.Tokenization;

/// <summary>Published vocabularies against the library that made them and against its JavaScript port.</summary>
public sealed class PublishedTokenizersTests
{
    private const int Texts = 2000;

    public static TheoryData<string> Models => [.. Oracle.ModelNames];

    [OracleTheory]
    [MemberData(nameof(Models))]
    public void Ids_offsets_and_decoded_text_are_the_reference_librarys(string model)
    {
        var folder = Oracle.ModelFolder(model);
        var tokenizer = Tokenizer.Load(folder);
        var texts = TestTexts.Draw(Texts, AddedTokens(folder));
        var expected = ReferenceEncoding.Of([new(folder, texts)], port: true).Single();
        Comparison.Differences(tokenizer, texts, expected.Texts).ShouldBeEmpty();
    }

    private static List<string> AddedTokens(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        return [.. json.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("content").GetString()!).Take(60)];
    }
}
