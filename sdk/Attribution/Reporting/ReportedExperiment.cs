namespace Attribution.Reporting;

/// <summary>What an experiment asks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Command">The command that builds it.</param>
/// <param name="Settings">Its settings, the weightiest first.</param>
public sealed record ReportedExperiment(string Name, string Command, IReadOnlyList<ReportedSetting> Settings);
