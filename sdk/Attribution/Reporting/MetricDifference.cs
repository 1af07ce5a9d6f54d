namespace Attribution.Reporting;

/// <summary>A metric that is not what the snapshot says.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metric">The metric or setting; null if the run as a whole is new or gone.</param>
/// <param name="Expected">What the snapshot says.</param>
/// <param name="Got">What it is.</param>
/// <param name="Tolerance">By how much it may differ; null where it may not.</param>
public sealed record MetricDifference(string Run, string? Metric, string Expected, string Got, double? Tolerance);
