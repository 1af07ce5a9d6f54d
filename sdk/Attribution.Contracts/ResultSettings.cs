using System.Text.Json.Serialization;

namespace Attribution.Contracts;

/// <summary>What VerifySnapshot is told.</summary>
public sealed record VerifySnapshotSettings : StageSettings
{
    /// <summary>The folder of <c>metrics.verified.json</c>.</summary>
    [JsonRequired]
    public string Snapshots { get; init; } = "snapshots";

    /// <summary>A metric may differ by this times max(1, its expected size).</summary>
    [ProjectProperty("SnapshotTolerance")]
    public double Tolerance { get; set; } = 0.01;
}

/// <summary>What Report is told. What the other stages were asked it reads from their requests.</summary>
public sealed record ReportSettings : StageSettings
{
    /// <summary>The command that builds the experiment.</summary>
    public string Command { get; set; } = "";
}
