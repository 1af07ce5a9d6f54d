using System.Text;

namespace Attribution.Tokenization.Patterns;

/// <summary>Single characters of a kind; each is a match of its own.</summary>
internal sealed class CharacterPattern(Func<Rune, bool> isMatch) : Pattern
{
    public override void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (isMatch(rune))
                matches.Add(new TextSpan(at, at + rune.Utf16SequenceLength));
            at += rune.Utf16SequenceLength;
        }
    }
}
