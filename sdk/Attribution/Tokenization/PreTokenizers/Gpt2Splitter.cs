using Attribution.Tokenization.Text;
using static Attribution.Tokenization.PreTokenizers.CharacterTable;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>
/// A hand-written matcher of GPT-2's regular expression, which <c>ByteLevel</c> with <c>use_regex</c> means: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+|
/// ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// </summary>
internal sealed class Gpt2Splitter : Splitter
{
    public const string Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    protected override void Split(ReadOnlySpan<char> text, int offset, PieceList result)
    {
        for (int at = 0, end; at < text.Length; at = end)
        {
            end = Match(text, at);
            result.Add(offset + at, offset + end);
        }
    }

    private static int Match(ReadOnlySpan<char> text, int at)
    {
        if (text[at] == '\'')
        {
            var rest = text[(at + 1)..];
            if (rest is ['s' or 't' or 'm' or 'd', ..])
                return at + 2;
            if (rest is ['r', 'e', ..] or ['v', 'e', ..] or ['l', 'l', ..])
                return at + 3;
        }
        var kind = Kind(text, at, out _);
        var from = at;
        if (text[at] == ' ' && at + 1 < text.Length)
        {
            kind = Kind(text, at + 1, out _);
            from++;
        }
        if (kind is Letter or Number or Other)
            return EndOfRun(text, from, kind);
        var end = at;
        while (end < text.Length && Kind(text, end, out _) is Space or LineEnd)
            end++;
        return end == text.Length || end == at + 1 ? end : end - 1;
    }
}
