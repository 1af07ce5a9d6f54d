namespace Attribution.Worker.Stages.Requests;

/// <summary>What <see cref="ReportStage"/> is told. What the other stages were asked it reads from their requests.</summary>
internal sealed record ReportSettings : StageSettings
{
    /// <summary>The command that builds the experiment.</summary>
    public string Command { get; init; } = "";
}
