namespace Attribution.Tokenization;

/// <summary>A range of a text, in UTF-16 units.</summary>
/// <param name="Start">The first unit.</param>
/// <param name="End">The unit after the last; equal to <paramref name="Start"/> for an empty range.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>The number of UTF-16 units.</summary>
    public int Length => End - Start;
}
