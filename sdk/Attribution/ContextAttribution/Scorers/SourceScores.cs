namespace Attribution.ContextAttribution.Scorers;

/// <summary>Scores of a task's sources and what they took.</summary>
/// <param name="Values">[U][S].</param>
/// <param name="ForwardPasses">Passes of the model, ablated ones and the un-ablated one each counted as one.</param>
/// <param name="Seconds">Seconds of wall-clock time.</param>
public sealed record SourceScores(float[][] Values, int ForwardPasses, double Seconds)
{
    /// <summary>Whether the scores put some sources before others; of those that do not there is no first one.</summary>
    public bool HasOrder { get; init; } = true;
}
