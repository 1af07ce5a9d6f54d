using System.Globalization;
using System.Text;
using Attribution.Tokenization.Patterns;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Decoders;

/// <summary>The steps of a decoder, working on one sequence of tokens.</summary>
internal sealed class DecoderChain
{
    private readonly DecoderStage[] _stages;
    private readonly Action<string> _first;

    /// <param name="steps">Creates each step, given the receiver of its tokens.</param>
    /// <param name="output">Receives the text.</param>
    public DecoderChain(IReadOnlyList<Func<Action<string>, DecoderStage>> steps, Action<string> output)
    {
        _stages = new DecoderStage[steps.Count];
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            _stages[i] = steps[i](output);
            output = _stages[i].Push;
        }
        _first = output;
    }

    /// <summary>Decodes one more token.</summary>
    public void Push(string token) => _first(token);

    /// <summary>Decodes the text that was held back.</summary>
    public void Finish()
    {
        foreach (var stage in _stages)
            stage.Finish();
    }
}

/// <summary>
/// A step from tokens to text. It gets tokens one at a time and passes on whatever no later token can change, so that decoding a whole sequence and decoding it
/// token by token give the same result.
/// </summary>
/// <param name="emit">Receives the step's output.</param>
internal abstract class DecoderStage(Action<string> emit)
{
    /// <summary>Passes a token to the next step.</summary>
    protected void Emit(string token) => emit(token);

    /// <summary>Receives the next token.</summary>
    public abstract void Push(string token);

    /// <summary>Passes on the text that was held back, at the end of the sequence.</summary>
    public virtual void Finish()
    {
    }
}

/// <summary><c>ByteFallback</c>: decodes a run of tokens such as <c>&lt;0xE2&gt;</c> as UTF-8; if invalid, writes one U+FFFD per byte.</summary>
internal sealed class ByteFallbackStage(Action<string> emit) : DecoderStage(emit)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly List<byte> _bytes = [];

    public override void Push(string token)
    {
        if (token is ['<', '0', 'x', _, _, '>']
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            _bytes.Add(value);
            return;
        }
        Finish();
        Emit(token);
    }

    public override void Finish()
    {
        if (_bytes.Count == 0)
            return;
        try
        {
            Emit(Strict.GetString(_bytes.ToArray()));
        }
        catch (DecoderFallbackException)
        {
            foreach (var _ in _bytes)
                Emit("\uFFFD");
        }
        _bytes.Clear();
    }
}

/// <summary><c>ByteLevel</c>: decodes the bytes that the tokens' characters represent as UTF-8, with U+FFFD for invalid ones.</summary>
internal sealed class ByteLevelStage(Action<string> emit) : DecoderStage(emit)
{
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();

    public override void Push(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
            if (!ByteAlphabet.TryToByte(token[i], out bytes[i]))
            {
                // An added token that is written as plain text.
                bytes = Encoding.UTF8.GetBytes(token);
                break;
            }
        Decode(bytes, flush: false);
    }

    public override void Finish() => Decode([], flush: true);

    private void Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var text = new char[_utf8.GetCharCount(bytes, flush)];
        _utf8.GetChars(bytes, text, flush);
        if (text.Length > 0)
            Emit(new string(text));
    }
}

/// <summary><c>Fuse</c>: joins all tokens into one, which is known only at the end.</summary>
internal sealed class FuseStage(Action<string> emit) : DecoderStage(emit)
{
    private readonly StringBuilder _text = new();

    public override void Push(string token) => _text.Append(token);

    public override void Finish() => Emit(_text.ToString());
}

/// <summary>No decoder: joins the tokens with spaces.</summary>
internal sealed class JoinStage(Action<string> emit) : DecoderStage(emit)
{
    private bool _any;

    public override void Push(string token)
    {
        Emit(_any ? " " + token : token);
        _any = true;
    }
}

/// <summary><c>Fuse</c> and then <c>Strip</c> only at the left, token by token: removes a limited number of one character from the beginning.</summary>
internal sealed class LeadingStripStage(char content, int start, Action<string> emit) : DecoderStage(emit)
{
    private int _left = start;

    public override void Push(string token)
    {
        var from = 0;
        for (; _left > 0 && from < token.Length; from++, _left--)
            if (token[from] != content)
            {
                _left = 0;
                break;
            }
        Emit(token[from..]);
    }
}

/// <summary><c>Metaspace</c>: turns marks back into spaces; those of the first token are dropped if encoding may have inserted one there.</summary>
internal sealed class MetaspaceStage(char mark, bool dropsFirst, Action<string> emit) : DecoderStage(emit)
{
    private bool _first = dropsFirst;

    public override void Push(string token)
    {
        Emit(_first ? token.Replace(mark.ToString(), "") : token.Replace(mark, ' '));
        _first = false;
    }
}

/// <summary><c>Replace</c>: replaces each match of a pattern within a token.</summary>
internal sealed class ReplaceStage(Pattern pattern, string content, Action<string> emit) : DecoderStage(emit)
{
    private readonly List<TextSpan> _matches = [];
    private long _made;

    public override void Push(string token)
    {
        _matches.Clear();
        pattern.FindMatches(token, _matches);
        if (_matches.Count == 0)
        {
            Emit(token);
            return;
        }
        var length = token.Length + _matches.Sum(match => (long)content.Length - (match.End - match.Start));
        if (length > TokenizerBudget.MostDecoded || (_made += length) > TokenizerBudget.MostDecodedInAll)
            throw TokenizerBudget.Exceeded($"makes a text of more than {TokenizerBudget.MostDecoded:N0} characters of a token, or of all more than "
                + $"{TokenizerBudget.MostDecodedInAll:N0}");
        var text = new StringBuilder((int)length);
        var done = 0;
        foreach (var match in _matches)
        {
            text.Append(token, done, match.Start - done).Append(content);
            done = match.End;
        }
        Emit(text.Append(token, done, token.Length - done).ToString());
    }
}

/// <summary><c>Strip</c>: removes a limited number of one character from each end of a token.</summary>
internal sealed class StripStage(char content, int start, int stop, Action<string> emit) : DecoderStage(emit)
{
    public override void Push(string token)
    {
        var from = 0;
        while (from < Math.Min(start, token.Length) && token[from] == content)
            from++;
        var to = token.Length;
        while (to > from && token.Length - to < stop && token[to - 1] == content)
            to--;
        Emit(token[from..to]);
    }
}

/// <summary><c>BPEDecoder</c>: turns the suffix that ends a word into a space, except in the last token.</summary>
internal sealed class SuffixStage(string suffix, Action<string> emit) : DecoderStage(emit)
{
    private string? _held;

    public override void Push(string token)
    {
        if (_held is not null)
            Emit(_held.Replace(suffix, " "));
        _held = token;
    }

    public override void Finish()
    {
        if (_held is not null)
            Emit(_held.Replace(suffix, ""));
        _held = null;
    }
}
