using Attribution.Tokenization.Patterns;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>A pre-tokenizer that only cuts, each piece on its own.</summary>
internal abstract class Splitter : PreTokenizer
{
    public override void Apply(AlignedText text, PieceList pieces, PieceList result)
    {
        foreach (var piece in pieces.Span)
            Split(text.Chars[piece.Start..piece.End], piece.Start, result);
    }

    /// <summary>Adds the parts of a piece.</summary>
    /// <param name="text">The piece, not empty.</param>
    /// <param name="offset">The piece's position, which is added to every position.</param>
    /// <param name="result">Receives the parts.</param>
    protected abstract void Split(ReadOnlySpan<char> text, int offset, PieceList result);
}

/// <summary>What happens to a delimiter; the names are those of <c>tokenizer.json</c>.</summary>
internal enum SplitBehavior
{
    /// <summary>It is dropped.</summary>
    Removed,

    /// <summary>It is a piece of its own.</summary>
    Isolated,

    /// <summary>It ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>It begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Adjacent delimiters are one piece.</summary>
    Contiguous,
}

/// <summary>
/// Cuts before each sentencepiece mark (U+2581) that follows another character. Used only if no merge crosses such a place, so that the tokens stay the same
/// while the model gets short words, which it caches, instead of whole texts.
/// </summary>
internal sealed class MarkSplitter : Splitter
{
    public const char Mark = '\u2581';

    protected override void Split(ReadOnlySpan<char> text, int offset, PieceList result)
    {
        var start = 0;
        for (var at = 1; at < text.Length; at++)
            if (text[at] == Mark && text[at - 1] != Mark)
            {
                result.Add(offset + start, offset + at);
                start = at;
            }
        result.Add(offset + start, offset + text.Length);
    }
}

/// <summary><c>Split</c>: cuts at the matches of a pattern or, if inverted, at the text between them.</summary>
internal sealed class PatternSplitter(Pattern pattern, SplitBehavior behavior, bool invert) : Splitter
{
    private readonly ThreadLocal<List<TextSpan>> _matches = new(() => []);

    protected override void Split(ReadOnlySpan<char> text, int offset, PieceList result)
    {
        var matches = _matches.Value!;
        matches.Clear();
        pattern.FindMatches(text, matches);
        var cut = new Cutter(behavior, offset, result);
        var done = 0;
        foreach (var match in matches)
        {
            if (match.Start > done)
                cut.Next(done, match.Start, isDelimiter: invert);
            cut.Next(match.Start, match.End, isDelimiter: !invert);
            done = match.End;
        }
        if (done < text.Length)
            cut.Next(done, text.Length, isDelimiter: invert);
        cut.Finish();
    }

    // Joins delimiters to their neighbours; one open piece is held back until it is known to be complete.
    private ref struct Cutter(SplitBehavior behavior, int offset, PieceList result)
    {
        private int _start;
        private int _end;
        private bool _open;
        private bool _afterDelimiter;

        public void Next(int start, int end, bool isDelimiter)
        {
            if (behavior == SplitBehavior.Removed && isDelimiter)
                return;
            if (_open && Joins(isDelimiter))
                _end = end;
            else
            {
                Finish();
                (_start, _end, _open) = (start, end, true);
            }
            _afterDelimiter = isDelimiter;
        }

        public void Finish()
        {
            if (_open)
                result.Add(offset + _start, offset + _end);
            _open = false;
        }

        private readonly bool Joins(bool isDelimiter) => behavior switch
        {
            SplitBehavior.MergedWithPrevious => isDelimiter && !_afterDelimiter,
            SplitBehavior.MergedWithNext => !isDelimiter && _afterDelimiter,
            SplitBehavior.Contiguous => isDelimiter == _afterDelimiter,
            _ => false,
        };
    }
}
