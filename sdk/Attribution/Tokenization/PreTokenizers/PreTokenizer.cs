using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>A step that cuts a text's pieces further, and may change the text.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Cuts <paramref name="pieces"/> into finer ones.</summary>
    /// <param name="text">The text of the pieces.</param>
    /// <param name="pieces">The pieces so far, in order.</param>
    /// <param name="result">An empty list that receives the new pieces.</param>
    public abstract void Apply(AlignedText text, PieceList pieces, PieceList result);
}

/// <summary>The pre-tokenizers in the order in which they are applied.</summary>
/// <param name="Steps">Whether <c>ByteLevel</c> comes last, so that the model may read the pieces' bytes.</param>
/// <param name="EndsInBytes">Whether a step uses a piece's position in the original text.</param>
/// <param name="LooksAtOrigin">Inserts a mark before each piece that does not begin with it: <c>ByteLevel</c>'s prefix space, <c>Metaspace</c>'s prepended
/// mark.</param>
internal sealed record PreTokenizerChain(IReadOnlyList<PreTokenizer> Steps, bool EndsInBytes, bool LooksAtOrigin);

/// <summary>
/// Puts a mark before each piece that does not begin with it: <c>ByteLevel</c>'s prefix space, <c>Metaspace</c>'s prepended mark.
/// </summary>
/// <param name="mark">Whether only the piece at the start of the original text gets it.</param>
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

/// <summary>Replaces each space by <c>Metaspace</c>'s mark.</summary>
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
