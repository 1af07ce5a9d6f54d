namespace Attribution.Pipeline.Snapshots;

/// <summary>The result of comparing an experiment's metrics with its snapshot.</summary>
/// <param name="Outcome">One of <see cref="Equal"/>, <see cref="Differs"/>, <see cref="Accepted"/>, <see cref="None"/>, <see cref="Invalid"/>.</param>
/// <param name="Metrics">The number of metrics.</param>
/// <param name="Differences">The differences, in the order of the runs.</param>
internal sealed record SnapshotVerdict(string Outcome, int Metrics, IReadOnlyList<MetricDifference> Differences)
{
    /// <summary>Every metric is within its tolerance.</summary>
    public const string Equal = "equal";

    /// <summary>At least one metric differs.</summary>
    public const string Differs = "differs";

    /// <summary>The metrics became the snapshot.</summary>
    public const string Accepted = "accepted";

    /// <summary>There is no snapshot.</summary>
    public const string None = "none";

    /// <summary>The snapshot cannot be read.</summary>
    public const string Invalid = "invalid";

    /// <summary>The snapshot's file, relative to the project: <c>snapshots/metrics.verified.json</c>, of a variant in its own folder there.</summary>
    public string? File { get; init; }

    /// <summary>The reason why the snapshot cannot be read.</summary>
    public string? Message { get; init; }
}

/// <summary>A difference between a metric and its snapshot.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metric">The metric or setting; null if the run as a whole is new or gone.</param>
/// <param name="Expected">The value in the snapshot.</param>
/// <param name="Got">The current value.</param>
/// <param name="Tolerance">The allowed difference; null if none is allowed.</param>
internal sealed record MetricDifference(string Run, string? Metric, string Expected, string Got, double? Tolerance);
