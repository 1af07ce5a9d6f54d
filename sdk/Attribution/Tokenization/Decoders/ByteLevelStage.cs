using System.Text;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Decoders;

/// <summary><c>ByteLevel</c>: the bytes that the tokens' characters stand for are UTF-8; U+FFFD where they are not.</summary>
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
