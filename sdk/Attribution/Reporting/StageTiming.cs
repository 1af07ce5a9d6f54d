namespace Attribution.Reporting;

/// <summary>What a stage did when it last ran.</summary>
/// <param name="IsNew">Whether that was since the report before; otherwise it was up to date.</param>
/// <param name="Ended">When it was done, in UTC; null if that is not known.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Results">How many results it had to have.</param>
/// <param name="Computed">How many of these it computed; the others were in the store.</param>
/// <param name="Blocks">How many blocks of rows it worked on, where it works by blocks.</param>
/// <param name="BlocksComputed">How many of these it computed.</param>
public sealed record StageTiming(bool IsNew, DateTime? Ended, double Seconds, int Results, int Computed, int Blocks, int BlocksComputed);
