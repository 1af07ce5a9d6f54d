namespace Attribution.Judging;

/// <summary>An answer with the score it deserves.</summary>
/// <param name="Request">The answer.</param>
/// <param name="Score">The score.</param>
/// <param name="Rationale">Why; empty where nobody said.</param>
public sealed record JudgeExample(JudgeRequest Request, int Score, string Rationale);
