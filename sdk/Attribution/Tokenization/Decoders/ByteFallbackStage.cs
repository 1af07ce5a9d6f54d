using System.Globalization;
using System.Text;

namespace Attribution.Tokenization.Decoders;

/// <summary><c>ByteFallback</c>: a run of tokens such as <c>&lt;0xE2&gt;</c> is UTF-8, or as many U+FFFD as there are bytes.</summary>
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
