using System.Text.Json.Serialization;

namespace Attribution.Contracts;

/// <summary>The settings of VerifySnapshot.</summary>
public sealed record VerifySnapshotSettings : StageSettings
{
    /// <summary>The folder that contains <c>metrics.verified.json</c>.</summary>
    [JsonRequired]
    public string Snapshots { get; init; } = "snapshots";

    /// <summary>The allowed difference of a metric, as a multiple of max(1, |expected value|).</summary>
    [ProjectProperty("SnapshotTolerance")]
    public double Tolerance { get; set; } = 0.01;
}

/// <summary>The settings of Report, which reads the other stages' settings from their requests.</summary>
public sealed record ReportSettings : StageSettings
{
    /// <summary>The command that builds the experiment.</summary>
    public string Command { get; set; } = "";
}
