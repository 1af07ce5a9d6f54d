namespace Attribution.Judging;

/// <summary>What a judge says of one answer.</summary>
/// <param name="Score">From 0 to the scale's <see cref="JudgeScale.Max"/>, or null where the judge gave nothing that can be read as a score.</param>
/// <param name="Rationale">Why, in words a person can check against the answer.</param>
/// <param name="Raw">The judge's own words, where it spoke rather than computed.</param>
public sealed record Verdict(int? Score, string Rationale, string? Raw = null)
{
    /// <summary>Whether a content filter of the judging model's endpoint refused to have the answer judged.</summary>
    public bool Filtered { get; init; }
}
