using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>Writes each space as <c>Metaspace</c>'s mark.</summary>
internal sealed class MetaspaceMarks(char mark) : PreTokenizer
{
    public override void Apply(AlignedText text, PieceList pieces, PieceList result)
    {
        foreach (var piece in pieces.Span)
        {
            text.Writable[piece.Start..piece.End].Replace(' ', mark);
            result.Add(piece.Start, piece.End);
        }
    }
}
