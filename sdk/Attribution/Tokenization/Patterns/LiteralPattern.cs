namespace Attribution.Tokenization.Patterns;

/// <summary>A string as it stands.</summary>
internal sealed class LiteralPattern(string literal) : Pattern
{
    /// <summary>What is looked for; not empty.</summary>
    public string Literal => literal;

    public override void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        for (var from = 0; text[from..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var skip; from += skip + literal.Length)
            matches.Add(new TextSpan(from + skip, from + skip + literal.Length));
    }
}
