using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>
/// Puts a mark before each piece that does not begin with it: <c>ByteLevel</c>'s prefix space, <c>Metaspace</c>'s prepended mark.
/// </summary>
/// <param name="mark">One character.</param>
/// <param name="onlyAtStart">Whether only the piece that begins at the start of the original text gets it.</param>
internal sealed class PrefixSpace(string mark, bool onlyAtStart) : PreTokenizer
{
    public override void Apply(AlignedText text, PieceList pieces, PieceList result)
    {
        text.BeginRewrite();
        foreach (var piece in pieces.Span)
        {
            var start = text.Rewritten;
            var wanted = !onlyAtStart || text.Original(piece.Start, piece.Start + 1).Start == 0;
            if (wanted && !text.Chars[piece.Start..piece.End].StartsWith(mark))
                text.Append(mark, alignedWith: piece.Start);
            text.Append(piece.Start, piece.End);
            result.Add(start, text.Rewritten);
        }
        text.EndRewrite();
    }
}
