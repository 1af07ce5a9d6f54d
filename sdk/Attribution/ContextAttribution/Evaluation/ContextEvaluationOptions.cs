namespace Attribution.ContextAttribution.Evaluation;

/// <summary>How scores are measured.</summary>
public sealed record ContextEvaluationOptions
{
    /// <summary>Fresh random ablations per example for the LDS; each costs a forward pass.</summary>
    public int Masks { get; init; } = 32;

    /// <summary>The probability that an ablation keeps a source, above 0 and below 1.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>The seed of the ablations. They differ from those of training under the same seed.</summary>
    public long Seed { get; init; }
}
