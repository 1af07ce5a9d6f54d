using Attribution.Tokenization.Text;
using static Attribution.Tokenization.PreTokenizers.CharacterTable;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>
/// A hand-written matcher of the regular expression of Llama 3 and Qwen 2, many times faster than a regex engine:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>, each match a piece. Some
/// alternative matches everywhere, so there is nothing between the matches.
/// </summary>
internal sealed class LlamaSplitter(int digits) : Splitter
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Words = @"|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The splitter for an expression; null if the expression is another one.</summary>
    public static LlamaSplitter? For(string expression) => expression switch
    {
        Contractions + Words + @"\p{N}{1,3}" + Rest => new LlamaSplitter(3),
        Contractions + Words + @"\p{N}" + Rest => new LlamaSplitter(1),
        _ => null,
    };

    protected override void Split(ReadOnlySpan<char> text, int offset, PieceList result)
    {
        for (int at = 0, end; at < text.Length; at = end)
        {
            end = Match(text, at);
            result.Add(offset + at, offset + end);
        }
    }

    private int Match(ReadOnlySpan<char> text, int at)
    {
        if (text[at] == '\'' && Contraction(text, at + 1) is > 0 and var letters)
            return at + 1 + letters;
        var kind = Kind(text, at, out var length);
        var next = at + length;
        if (kind == Letter)
            return EndOfRun(text, next, Letter);
        if (kind == Number)
        {
            for (var count = 1; count < digits && next < text.Length && Kind(text, next, out length) == Number; count++)
                next += length;
            return next;
        }
        var following = next < text.Length ? Kind(text, next, out length) : Space;
        if (kind != LineEnd && following == Letter)
            return EndOfRun(text, next + length, Letter);
        if (kind == Other || text[at] == ' ' && following == Other)
            return EndOfRun(text, EndOfRun(text, next, Other), LineEnd);
        return WhiteSpace(text, at);
    }

    private static int WhiteSpace(ReadOnlySpan<char> text, int at)
    {
        var end = at;
        var lineEnd = -1;
        for (; end < text.Length && Kind(text, end, out _) is Space or LineEnd; end++)
            if (text[end] is '\r' or '\n')
                lineEnd = end;
        if (lineEnd >= 0)
            return lineEnd + 1;
        // The last of several spaces belongs to the word after it.
        return end == text.Length || end == at + 1 ? end : end - 1;
    }

    private static int Contraction(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length)
            return 0;
        var first = Lower(text[at]);
        if (first is 's' or 't' or 'm' or 'd')
            return 1;
        return at + 1 < text.Length && (first, Lower(text[at + 1])) is ('r' or 'v', 'e') or ('l', 'l') ? 2 : 0;
    }

    // The long s is a case of s.
    private static int Lower(char c) => c < 128 ? c | 0x20 : c == '\u017F' ? 's' : c;
}
