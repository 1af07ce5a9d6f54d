namespace Attribution.Tokenization.Decoders;

/// <summary><c>Metaspace</c>: marks are spaces again, those of the first token nothing where encoding may have put one there.</summary>
internal sealed class MetaspaceStage(char mark, bool dropsFirst, Action<string> emit) : DecoderStage(emit)
{
    private bool _first = dropsFirst;

    public override void Push(string token)
    {
        Emit(_first ? token.Replace(mark.ToString(), "") : token.Replace(mark, ' '));
        _first = false;
    }
}
