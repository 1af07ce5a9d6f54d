using System.Text;
using Attribution.Tokenization.Decoders;

namespace Attribution.Tokenization;

/// <summary>
/// Decodes tokens as they arrive. Text that it has returned never changes: the concatenation of all results, including <see cref="Finish"/>, equals
/// <see cref="Tokenizer.Decode(ReadOnlySpan{int}, bool)"/> of the same ids.
/// </summary>
internal sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly DecoderChain _chain;
    private readonly StringBuilder _ready = new();

    internal IncrementalDecoder(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _chain = new DecoderChain(tokenizer.Decoders, text => _ready.Append(text));
    }

    /// <summary>Adds a token and returns the text that is now final, often empty and never half of a character.</summary>
    /// <param name="id">The next token; an id outside the vocabulary gives no text.</param>
    public string Append(int id)
    {
        if (_tokenizer.SpellingOf(id) is { } token && !(_skipSpecialTokens && _tokenizer.IsSpecial(id)))
            _chain.Push(token);
        return Take();
    }

    /// <summary>Returns the rest after the last token: U+FFFD for an incomplete character.</summary>
    public string Finish()
    {
        _chain.Finish();
        return Take();
    }

    private string Take()
    {
        var text = _ready.ToString();
        _ready.Clear();
        return text;
    }
}
