using Attribution.Diagnostics;

namespace Attribution.ContextAttribution.Evaluation;

/// <summary>How scores are measured.</summary>
public sealed record ContextEvaluationOptions
{
    /// <summary>Fresh random ablations per example for the LDS, 2 or more; each costs a forward pass.</summary>
    public int Masks { get; init; } = 32;

    /// <summary>The probability that an ablation keeps a source, above 0 and below 1.</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>The seed of the ablations. They differ from those of training and of the surrogates under the same seed.</summary>
    public long Seed { get; init; }

    /// <summary>Checks the options before anything expensive is done for them.</summary>
    /// <exception cref="AttributionException">ATTR1453: one is out of range.</exception>
    public void Check()
    {
        if (Masks < 2)
            throw new AttributionException(ErrorCodes.EstimatorOptionInvalid, "A correlation needs 2 masks or more.") { Property = nameof(Masks) };
        if (Alpha is not (> 0 and < 1))
            throw new AttributionException(ErrorCodes.EstimatorOptionInvalid, "Alpha, the share of sources that an ablation keeps, must be above 0 and below 1.") { Property = nameof(Alpha) };
    }
}
