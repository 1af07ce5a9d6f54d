using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>
/// Writes each UTF-8 byte as its character where further steps follow <c>ByteLevel</c>; where none does, the model reads the bytes itself.
/// </summary>
internal sealed class ByteCharacters : PreTokenizer
{
    public override void Apply(AlignedText text, PieceList pieces, PieceList result)
    {
        text.BeginRewrite();
        foreach (var piece in pieces.Span)
        {
            var start = text.Rewritten;
            ByteAlphabet.Append(text, piece.Start, piece.End);
            result.Add(start, text.Rewritten);
        }
        text.EndRewrite();
    }
}
