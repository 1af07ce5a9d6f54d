using System.Buffers;
using Attribution.Tokenization;
using AnyTokenizer = Microsoft.ML.Tokenizers.Tokenizer;

namespace Attribution.Tests.Tokenization;

/// <summary>The tokenizer as the one that every .NET library knows.</summary>
public sealed class TokenizerContractTests : IDisposable
{
    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":true}""";

    private readonly CraftedTokenizer _crafted = CraftedTokenizer.Write(
        bytes: true, normalizer: """{"type":"Lowercase"}""", preTokenizer: ByteLevel, decoder: ByteLevel, added: """[{"content":"<x>","special":true}]""",
        postProcessor: """{"type":"BertProcessing","sep":["a",64],"cls":["b",65]}""");

    private readonly Tokenizer _tokenizer;

    public TokenizerContractTests() => _tokenizer = Tokenizer.Load(_crafted.Folder);

    private AnyTokenizer Any => _tokenizer;

    private static IEnumerable<string> Texts => TestTexts.Draw(400, ["<x>"]);

    public void Dispose() => _crafted.Dispose();

    [Fact]
    public void Its_ids_tokens_and_counts_are_those_of_the_other_methods()
    {
        foreach (var text in Texts)
        {
            var encoded = _tokenizer.Encode(text);
            Any.EncodeToIds(text).ShouldBe(encoded.Ids);
            Any.EncodeToIds(text.AsSpan()).ShouldBe(encoded.Ids);
            Any.CountTokens(text).ShouldBe(encoded.Ids.Length);
            var tokens = Any.EncodeToTokens(text, out var normalized);
            normalized.ShouldBeNull();
            tokens.Select(token => (token.Id, token.Value, token.Offset))
                .ShouldBe(encoded.Ids.Zip(encoded.Offsets, (id, offset) => (id, _tokenizer.IdToToken(id)!, offset.Start..offset.End)));
            Any.Decode(encoded.Ids).ShouldBe(_tokenizer.Decode(encoded.Ids));
        }
    }

    [Fact]
    public void Normalization_and_pre_tokenization_can_be_left_out()
    {
        Any.EncodeToIds("AB", considerNormalization: false).ShouldBe(Any.EncodeToIds("AB", considerPreTokenization: false, considerNormalization: false));
        Any.EncodeToIds("AB", considerNormalization: false).ShouldNotBe(Any.EncodeToIds("AB"));
        // The vocabulary has a merge for a digit behind a letter; the pre-tokenizer keeps them apart.
        Any.EncodeToIds("a1").Count.ShouldBe(4);
        Any.EncodeToIds("a1", considerPreTokenization: false).Count.ShouldBe(3);
    }

    [Fact]
    public void The_steps_before_the_model_can_be_used_alone()
    {
        Any.Normalizer!.Normalize("Hé Ho").ShouldBe("hé ho");
        Any.Normalizer!.Normalize("").ShouldBe("");
        Any.PreTokenizer!.PreTokenize("hé ho1").ShouldBe([(0, 2), (2, 3), (5, 1)]);
        using var plain = CraftedTokenizer.Write();
        AnyTokenizer none = Tokenizer.Load(plain.Folder);
        (none.Normalizer, none.PreTokenizer).ShouldBe((null, null));
    }

    [Fact]
    public void A_limit_of_tokens_never_cuts_a_character()
    {
        foreach (var text in Texts.Where(text => text.Length is > 0 and < 60))
        {
            var encoded = _tokenizer.Encode(text);
            for (var most = 1; most <= encoded.Ids.Length + 1; most++)
            {
                var ids = Any.EncodeToIds(text, most, out _, out var consumed);
                ids.ShouldBe(encoded.Ids[..ids.Count]);
                ids.Count.ShouldBeLessThanOrEqualTo(most);
                Any.GetIndexByTokenCount(text, most, out _, out var count).ShouldBe(consumed);
                count.ShouldBe(ids.Count);
                encoded.Offsets[ids.Count..].ShouldAllBe(token => token.Start >= consumed || token.Length == 0);
                var index = Any.GetIndexByTokenCountFromEnd(text, most, out _, out var last);
                last.ShouldBeLessThanOrEqualTo(most);
                encoded.Offsets[..^last].ShouldAllBe(token => token.End <= index);
            }
            Any.GetIndexByTokenCount(text, encoded.Ids.Length, out _, out _).ShouldBe(text.Length);
            Any.GetIndexByTokenCountFromEnd(text, encoded.Ids.Length, out _, out _).ShouldBe(0);
        }
        Any.EncodeToIds("a👍", 4, out _, out var taken).Count.ShouldBe(2);
        taken.ShouldBe(1);
    }

    [Fact]
    public void Decoding_into_small_buffers_goes_on_where_it_stopped()
    {
        foreach (var text in Texts.Where(text => text.Length < 60))
        {
            var ids = _tokenizer.EncodeToIds(text, addSpecialTokens: false);
            var decoded = "";
            var buffer = new char[Math.Max(7, text.Length / 3)];
            for (IEnumerable<int> rest = ids; ; rest = rest.ToArray())
            {
                var status = Any.Decode(rest, buffer, out var used, out var written);
                decoded += new string(buffer, 0, written);
                if (status == OperationStatus.Done)
                    break;
                status.ShouldBe(OperationStatus.DestinationTooSmall);
                used.ShouldBeGreaterThan(0);
                rest = rest.Skip(used);
            }
            decoded.ShouldBe(_tokenizer.Decode(ids));
        }
        Any.Decode(_tokenizer.EncodeToIds("ab"), [], out var none, out var length).ShouldBe(OperationStatus.DestinationTooSmall);
        (none, length).ShouldBe((0, 0));
    }
}
