namespace Attribution.Tokenization.Patterns;

/// <summary>What <c>Split</c> and <c>Replace</c> look for.</summary>
internal abstract class Pattern
{
    /// <summary>Appends the matches in order; they do not overlap and begin and end between characters.</summary>
    public abstract void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches);
}
