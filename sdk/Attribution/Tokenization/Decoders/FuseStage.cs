using System.Text;

namespace Attribution.Tokenization.Decoders;

/// <summary><c>Fuse</c>: all tokens become one, which is known only at the end.</summary>
internal sealed class FuseStage(Action<string> emit) : DecoderStage(emit)
{
    private readonly StringBuilder _text = new();

    public override void Push(string token) => _text.Append(token);

    public override void Finish() => Emit(_text.ToString());
}
