using System.Text;
using Attribution.Tokenization.Decoders;

namespace Attribution.Tokenization;

/// <summary>
/// Turns tokens into text as they come. What it has returned never changes: all of it together, with <see cref="Finish"/>, is what
/// <see cref="Tokenizer.Decode(ReadOnlySpan{int}, bool)"/> makes of the same ids.
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

    /// <summary>The text that is final now that this token is known, often empty: never half of a character.</summary>
    /// <param name="id">The next token; an id outside of the vocabulary is no text.</param>
    public string Append(int id)
    {
        if (_tokenizer.SpellingOf(id) is { } token && !(_skipSpecialTokens && _tokenizer.IsSpecial(id)))
            _chain.Push(token);
        return Take();
    }

    /// <summary>The rest, once no token follows: U+FFFD for a character that never became whole.</summary>
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
