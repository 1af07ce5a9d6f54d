namespace Attribution.Tokenization.Decoders;

/// <summary><c>Strip</c>: at most so many of one character at each end of a token.</summary>
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
