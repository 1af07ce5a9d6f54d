using System.Text;
using Attribution.Tokenization.Decoders;
using Attribution.Tokenization.Reading;

namespace Attribution.Tokenization;

/// <summary>
/// A model's own tokenizer, as its <c>tokenizer.json</c> describes it: text to token ids and back, equal to Hugging Face's
/// <c>tokenizers</c> library. Immutable; any number of threads may use it at once.
/// </summary>
/// <remarks>
/// <c>truncation</c> and <c>padding</c> of the file are the business of whoever makes batches and have no effect here. A lone
/// surrogate, which no encoding of text can hold, counts as U+FFFD. What <see cref="Microsoft.ML.Tokenizers.Tokenizer"/> asks of a
/// tokenizer is in the other part of this class; both parts give the same ids for the same text.
/// </remarks>
public sealed partial class Tokenizer : Microsoft.ML.Tokenizers.Tokenizer
{
    private readonly TokenizerDefinition _definition;
    private readonly Encoder _encoder;

    internal Tokenizer(TokenizerDefinition definition)
    {
        _definition = definition;
        _encoder = new Encoder(definition);
    }

    /// <summary>The number of tokens, added ones included.</summary>
    public int VocabularySize => _definition.TokenOfId.Count;

    /// <summary>The token that begins a text, if the model names one.</summary>
    public string? BosToken => _definition.Names.Bos;

    /// <summary>The token that ends a text or a turn, if the model names one.</summary>
    public string? EosToken => _definition.Names.Eos;

    /// <summary>The token for what the vocabulary cannot say, if the model names one.</summary>
    public string? UnkToken => _definition.Names.Unk;

    /// <summary>The token that fills up batches, if the model names one.</summary>
    public string? PadToken => _definition.Names.Pad;

    /// <summary>Where the folder's files disagree about a token or a space before a text, and which of them counts, each in a sentence; mostly empty.</summary>
    public IReadOnlyList<string> Notes => _definition.Notes;

    /// <summary>What a decoder is given for an id.</summary>
    internal string? SpellingOf(int id) => _definition.SpellingOf(id);

    internal IReadOnlyList<Func<Action<string>, DecoderStage>> Decoders => _definition.Decoders;

    /// <summary>Reads a model folder's tokenizer.</summary>
    /// <param name="modelFolder">
    /// The folder with <c>tokenizer.json</c>. Tokens, flags and <c>add_prefix_space</c> of <c>tokenizer_config.json</c> beside it count as they do for
    /// Hugging Face's library; so do, where that file is an older one, <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </param>
    /// <exception cref="Diagnostics.AttributionException">
    /// A file is missing, malformed or contradicts itself, or uses a component or option that is not implemented; the exception names
    /// the file and the component.
    /// </exception>
    public static Tokenizer Load(string modelFolder) => new(TokenizerReader.Read(modelFolder));

    /// <summary>Turns text into tokens with their places in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the post-processor puts its special tokens around the text.</param>
    public TokenizedText Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _encoder.Encode(text, addSpecialTokens);
    }

    /// <summary>Turns text into token ids, <c>[T]</c>, without the cost of offsets.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the post-processor puts its special tokens around the text.</param>
    public int[] EncodeToIds(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _encoder.EncodeToIds(text, addSpecialTokens);
    }

    /// <summary>
    /// Turns token ids into text. Nothing is tidied: what <c>clean_up_tokenization_spaces</c> does to spaces before punctuation does
    /// not happen here, so a byte-level vocabulary gives back exactly the text it encoded.
    /// </summary>
    /// <param name="ids">The ids, <c>[T]</c>; ids outside of the vocabulary are no text.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var decoder = CreateDecoder(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(decoder.Append(id));
        return text.Append(decoder.Finish()).ToString();
    }

    /// <summary>Begins to decode tokens that come one at a time.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    internal IncrementalDecoder CreateDecoder(bool skipSpecialTokens = false) => new(this, skipSpecialTokens);

    /// <summary>The id of a token as the vocabulary writes it, or null for none.</summary>
    public int? TokenToId(string token) => _definition.IdOfToken.TryGetValue(token, out var id) ? id : null;

    /// <summary>The token of an id as the vocabulary writes it, or null for none.</summary>
    public string? IdToToken(int id) => _definition.TokenOfId.GetValueOrDefault(id);

    /// <summary>Whether an id is one of the tokens that the file marks as special.</summary>
    public bool IsSpecial(int id) => _definition.SpecialIds.Contains(id);
}
