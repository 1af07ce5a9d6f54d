namespace Attribution.Pipeline.Results;

/// <summary>What a stage did the last time, for people and tests; no stage reads it.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Jobs">Its jobs; equal ones count once.</param>
/// <param name="Ran">How many of them were computed.</param>
/// <param name="BlocksRan">Blocks of rows that were computed, where the stage works by blocks and had something to do.</param>
/// <param name="Blocks">All blocks of the datasets that were worked on.</param>
/// <param name="ModelLoaded">Whether the model was loaded.</param>
/// <param name="Seconds">How long the stage took.</param>
internal sealed record StageSummary(string Stage, int Jobs, int Ran, int BlocksRan, int Blocks, bool ModelLoaded, double Seconds)
{
    /// <summary>When it was done, in UTC.</summary>
    public DateTime? Ended { get; init; }
}
