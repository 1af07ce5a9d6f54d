namespace Attribution.Tokenization.Decoders;

/// <summary><c>BPEDecoder</c>: the suffix that ends a word is a space, but nothing in the last token.</summary>
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
