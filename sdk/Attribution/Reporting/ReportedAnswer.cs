namespace Attribution.Reporting;

/// <summary>A model's answer to a held-out prompt.</summary>
/// <param name="Prompt">The prompt, counted from 0.</param>
/// <param name="Repeat">Which of its answers, counted from 0.</param>
/// <param name="Text">The answer.</param>
/// <param name="Score">The judge's score; null if it gave none.</param>
/// <param name="Rationale">The judge's reason.</param>
/// <param name="LeftOut">How many characters of the answer are not shown.</param>
public sealed record ReportedAnswer(int Prompt, int Repeat, string Text, int? Score = null, string? Rationale = null, int? LeftOut = null);
