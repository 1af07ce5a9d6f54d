using Attribution.Tokenization.AddedTokens;
using Attribution.Tokenization.Decoders;
using Attribution.Tokenization.Models;
using Attribution.Tokenization.Normalizers;
using Attribution.Tokenization.PostProcessors;
using Attribution.Tokenization.PreTokenizers;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization;

/// <summary>The contents of a tokenizer's files.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>The id of every token, added ones included, by its spelling.</summary>
    public required Dictionary<string, int> IdOfToken { get; init; }

    /// <summary>The spelling of every token, added ones included, by its id.</summary>
    public required Dictionary<int, string> TokenOfId { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Notes on contradictions between the files, and which file is used.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Notes on contradictions about the special tokens around a plain text.</summary>
    public IReadOnlyList<string> PlainTextNotes { get; init; } = [];

    public required HashSet<int> SpecialIds { get; init; }

    public required Normalizer? Normalizer { get; init; }

    public required PreTokenizerChain PreTokenizers { get; init; }

    public required BpeModel Model { get; init; }

    public required PostProcessor PostProcessor { get; init; }

    public required IReadOnlyList<Func<Action<string>, DecoderStage>> Decoders { get; init; }

    public required SpecialTokenNames Names { get; init; }

    /// <summary>A token's spelling in normalized text, which decoders undo; for added tokens it may differ from the listed one.</summary>
    public string? SpellingOf(int id) => NormalizedSpellings.GetValueOrDefault(id) ?? TokenOfId.GetValueOrDefault(id);

    private Dictionary<int, string> NormalizedSpellings => field ??= AddedTokens
        .Where(token => token.Normalized && Normalizer is not null)
        .ToDictionary(token => token.Id, token => Normalized(token.Content));

    private string Normalized(string text)
    {
        var aligned = new AlignedText();
        aligned.Reset(Utf16.WellFormed(text), 0, tracked: false);
        Normalizer!.Apply(aligned);
        return aligned.Chars.ToString();
    }
}

/// <summary>The tokens that a model folder names for a purpose; null if it names none.</summary>
internal sealed record SpecialTokenNames(string? Bos, string? Eos, string? Unk, string? Pad);
