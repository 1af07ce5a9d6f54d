namespace Attribution.Selection;

/// <summary>A training row and its score.</summary>
/// <param name="Index">The row's 0-based place in its dataset.</param>
/// <param name="Score">Its score; NaN for a row that cannot be scored and is never selected.</param>
public readonly record struct ScoredRow(long Index, float Score);
