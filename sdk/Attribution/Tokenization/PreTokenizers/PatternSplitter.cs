using Attribution.Tokenization.Patterns;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary><c>Split</c>: cuts at the matches of a pattern or, inverted, at what lies between them.</summary>
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

    // Joins delimiters to their neighbours; one open piece is held back until it is known to be whole.
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
