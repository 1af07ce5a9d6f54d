namespace Attribution.Reporting;

/// <summary>A setting of an experiment in words.</summary>
/// <param name="Name">What it sets.</param>
/// <param name="Values">Its value, or values.</param>
public sealed record ReportedSetting(string Name, params IReadOnlyList<string> Values);
