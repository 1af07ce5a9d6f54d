namespace Attribution.Pipeline.Snapshots;

/// <summary>How the metrics of an experiment compare with its snapshot.</summary>
/// <param name="Outcome">Which of <see cref="Equal"/>, <see cref="Differs"/>, <see cref="Accepted"/>, <see cref="None"/>, <see cref="Invalid"/>.</param>
/// <param name="Metrics">How many metrics there are.</param>
/// <param name="Differences">What moved, in the order of the runs.</param>
internal sealed record SnapshotVerdict(string Outcome, int Metrics, IReadOnlyList<MetricDifference> Differences)
{
    /// <summary>Every metric is within its tolerance.</summary>
    public const string Equal = "equal";

    /// <summary>Metrics moved.</summary>
    public const string Differs = "differs";

    /// <summary>The metrics were made the snapshot.</summary>
    public const string Accepted = "accepted";

    /// <summary>There is no snapshot.</summary>
    public const string None = "none";

    /// <summary>The snapshot cannot be read.</summary>
    public const string Invalid = "invalid";

    /// <summary>Why it cannot be read.</summary>
    public string? Message { get; init; }
}

/// <summary>A metric that is not what the snapshot says.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metric">The metric or setting; null if the run as a whole is new or gone.</param>
/// <param name="Expected">What the snapshot says.</param>
/// <param name="Got">What it is.</param>
/// <param name="Tolerance">By how much it may differ; null where it may not.</param>
internal sealed record MetricDifference(string Run, string? Metric, string Expected, string Got, double? Tolerance);
