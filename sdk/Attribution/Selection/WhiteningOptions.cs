using Attribution.Diagnostics;

namespace Attribution.Selection;

/// <summary>
/// How <see cref="ScoringMethod.TrakFull"/> and <see cref="ScoringMethod.TrackStar"/> divide out second moments, which gradients have in common.
/// </summary>
public sealed record WhiteningOptions
{
    /// <summary>
    /// The number added to each eigenvalue of the second moments, as a multiple of their mean: 0 or more; 0 only if there are more rows than components.
    /// </summary>
    public double Damping { get; init; } = 0.1;

    /// <summary>
    /// For <see cref="ScoringMethod.TrackStar"/>: the weight of the evaluation vectors' second moments, from 0 to 1; the training vectors' have the rest.
    /// </summary>
    public double Mixture { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.WhiteningInvalid"/>: an option is out of range.</exception>
    public void Validate()
    {
        if (!(Damping >= 0 && double.IsFinite(Damping)))
            throw new AttributionException(ErrorCodes.WhiteningInvalid, $"ScoringDamping is {Damping}; it must be 0 or more.") { Property = "ScoringDamping" };
        if (!(Mixture is >= 0 and <= 1))
            throw new AttributionException(ErrorCodes.WhiteningInvalid,
                $"ScoringMixture is {Mixture}; it must be from 0 to 1.")
            { Property = "ScoringMixture" };
    }
}
