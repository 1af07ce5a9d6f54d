namespace Attribution.Tokenization.Decoders;

/// <summary><c>Fuse</c> and then <c>Strip</c> at the left alone, as it comes: at most so many of one character at the beginning.</summary>
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
