namespace Attribution.Reporting;

/// <summary>When a report was made, and what the stages did since the one before.</summary>
/// <param name="Written">When, in UTC.</param>
/// <param name="Stages">What each stage did, by its name.</param>
public sealed record BuildFacts(DateTime Written, IReadOnlyDictionary<string, StageTiming> Stages);
