namespace Attribution.Reporting;

/// <summary>A stage of an experiment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Upstream">The stages whose results it reads.</param>
/// <param name="Results">How many results it has; equal ones count once.</param>
/// <param name="Bytes">Their size in the store.</param>
public sealed record ReportedStage(string Name, IReadOnlyList<string> Upstream, int Results, long Bytes);
