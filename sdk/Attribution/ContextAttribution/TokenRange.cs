namespace Attribution.ContextAttribution;

/// <summary>The tokens from <paramref name="Start"/> to before <paramref name="End"/>, 0-based places of a whole sequence.</summary>
/// <param name="Start">The first token.</param>
/// <param name="End">The one after the last.</param>
public readonly record struct TokenRange(int Start, int End)
{
    /// <summary>How many tokens it has.</summary>
    public int Length => End - Start;

    /// <summary>Whether all of another range lies in this one.</summary>
    public bool Contains(TokenRange other) => Start <= other.Start && other.End <= End;

    /// <inheritdoc/>
    public override string ToString() => $"[{Start}, {End})";
}
