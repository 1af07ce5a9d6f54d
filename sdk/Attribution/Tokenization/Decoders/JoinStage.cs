namespace Attribution.Tokenization.Decoders;

/// <summary>No decoder at all: tokens with spaces between them.</summary>
internal sealed class JoinStage(Action<string> emit) : DecoderStage(emit)
{
    private bool _any;

    public override void Push(string token)
    {
        Emit(_any ? " " + token : token);
        _any = true;
    }
}
