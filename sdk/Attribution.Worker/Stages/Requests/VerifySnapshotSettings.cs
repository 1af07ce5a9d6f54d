namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="VerifySnapshotStage"/> is told.</summary>
internal sealed record VerifySnapshotSettings : StageSettings
{
    /// <summary>The folder of <c>metrics.verified.json</c>.</summary>
    public required string Snapshots { get; init; }

    /// <summary>A metric may differ by this times the larger of 1 and its expected size, unless it has a tolerance of its own.</summary>
    public double Tolerance { get; init; } = 0.01;
}
