namespace Attribution.Reporting;

/// <summary>A training row as text.</summary>
/// <param name="Messages">Its conversation.</param>
/// <param name="Planted">The behaviour that was planted in it, where the dataset says so.</param>
public sealed record ReportedRow(IReadOnlyList<ReportedMessage> Messages, string? Planted = null);
