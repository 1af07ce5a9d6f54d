using System.Text;
using Attribution.Tokenization.Decoders;
using Attribution.Tokenization.Reading;

namespace Attribution.Tokenization;

/// <summary>
/// A model's own tokenizer, as described by its <c>tokenizer.json</c>. Converts text to token ids and back with the same results as Hugging Face's
/// <c>tokenizers</c> library. Immutable; any number of threads may use it.
/// </summary>
/// <remarks>
/// The file's <c>truncation</c> and <c>padding</c> are left to the code that makes batches, and have no effect here. A lone surrogate, which no encoding of
/// text can represent, counts as U+FFFD. The members of <see cref="Microsoft.ML.Tokenizers.Tokenizer"/> are in the other part of this class; both parts give
/// the same ids for the same text.
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

    /// <summary>The token that begins a text; null if the model names none.</summary>
    public string? BosToken => _definition.Names.Bos;

    /// <summary>The token that ends a text or a turn; null if the model names none.</summary>
    public string? EosToken => _definition.Names.Eos;

    /// <summary>The token for text outside the vocabulary; null if the model names none.</summary>
    public string? UnkToken => _definition.Names.Unk;

    /// <summary>The token that pads batches; null if the model names none.</summary>
    public string? PadToken => _definition.Names.Pad;

    /// <summary>
    /// The contradictions between the folder's files about a token or a space before a text, and which file is used, one sentence each; usually empty.
    /// </summary>
    public IReadOnlyList<string> Notes => _definition.Notes;

    /// <summary>
    /// The contradictions between the folder's files about the special tokens around a plain text, one sentence each; usually empty. They do not concern a chat
    /// template's text, which is encoded without such tokens.
    /// </summary>
    internal IReadOnlyList<string> PlainTextNotes => _definition.PlainTextNotes;

    /// <summary>The text that a decoder gets for an id.</summary>
    internal string? SpellingOf(int id) => _definition.SpellingOf(id);

    internal IReadOnlyList<Func<Action<string>, DecoderStage>> Decoders => _definition.Decoders;

    /// <summary>Reads a model folder's tokenizer.</summary>
    /// <param name="modelFolder">The folder with <c>tokenizer.json</c>. Tokens, flags and <c>add_prefix_space</c> of <c>tokenizer_config.json</c> beside it are
    /// used as in Hugging Face's library; with an older form of that file, so are <c>special_tokens_map.json</c> and <c>added_tokens.json</c>. The special
    /// tokens around a text are those of <c>tokenizer.json</c>; <c>add_bos_token</c> and <c>add_eos_token</c> do not change them, as in that library since
    /// version 5.</param>
    /// <exception cref="Diagnostics.AttributionException">
    /// A file is missing, malformed or contradicts itself, or uses a component or option that is not implemented; the exception names
    /// the file and the component.
    /// </exception>
    public static Tokenizer Load(string modelFolder) => new(TokenizerReader.Read(modelFolder));

    /// <summary>Converts text to tokens with their positions in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the post-processor adds its special tokens.</param>
    public TokenizedText Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _encoder.Encode(text, addSpecialTokens);
    }

    /// <summary>Converts text to token ids, <c>[T]</c>, without the cost of offsets.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the post-processor adds its special tokens.</param>
    public int[] EncodeToIds(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _encoder.EncodeToIds(text, addSpecialTokens);
    }

    /// <summary>
    /// Converts token ids to text. Spaces before punctuation are not changed as <c>clean_up_tokenization_spaces</c> would, so a byte-level vocabulary gives
    /// back exactly the text that it encoded.
    /// </summary>
    /// <param name="ids">The ids, <c>[T]</c>; ids outside the vocabulary give no text.</param>
    /// <param name="skipSpecialTokens">Whether to leave special tokens out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var decoder = CreateDecoder(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(decoder.Append(id));
        return text.Append(decoder.Finish()).ToString();
    }

    /// <summary>Creates a decoder for tokens that arrive one at a time.</summary>
    /// <param name="skipSpecialTokens">Whether to leave special tokens out.</param>
    internal IncrementalDecoder CreateDecoder(bool skipSpecialTokens = false) => new(this, skipSpecialTokens);

    /// <summary>The id of a token in the vocabulary's spelling; null if there is none.</summary>
    public int? TokenToId(string token) => _definition.IdOfToken.TryGetValue(token, out var id) ? id : null;

    /// <summary>The token with an id in the vocabulary's spelling; null if there is none.</summary>
    public string? IdToToken(int id) => _definition.TokenOfId.GetValueOrDefault(id);

    /// <summary>Whether the file marks an id as a special token.</summary>
    public bool IsSpecial(int id) => _definition.SpecialIds.Contains(id);
}
