namespace Attribution.Reporting;

/// <summary>A training row in a run's order.</summary>
/// <param name="Row">Its index in the training set.</param>
/// <param name="Rank">Its place among all rows, from 1.</param>
/// <param name="Score">Its score; null in a draw at random.</param>
/// <param name="Others">Its rank under each of <see cref="ReportedRun.Others"/>; null where it has no score.</param>
public sealed record RankedRow(long Row, int Rank, float? Score, IReadOnlyList<int?> Others);
