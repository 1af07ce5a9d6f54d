using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>A pre-tokenizer that only cuts, each piece by itself.</summary>
internal abstract class Splitter : PreTokenizer
{
    public override void Apply(AlignedText text, PieceList pieces, PieceList result)
    {
        foreach (var piece in pieces.Span)
            Split(text.Chars[piece.Start..piece.End], piece.Start, result);
    }

    /// <summary>Adds the parts of a piece.</summary>
    /// <param name="text">The piece, not empty.</param>
    /// <param name="offset">Where it lies; added to every position.</param>
    /// <param name="result">Takes the parts.</param>
    protected abstract void Split(ReadOnlySpan<char> text, int offset, PieceList result);
}
