using Attribution.Diagnostics;

namespace Attribution.Selection;

/// <summary>How <see cref="ScoringMethod.TrakFull"/> and <see cref="ScoringMethod.TrackStar"/> take out what gradients have in common.</summary>
public sealed record WhiteningOptions
{
    /// <summary>
    /// What is added to each eigenvalue of the second moments, as a multiple of their mean: 0 or more; 0 only where there are more rows than numbers in a
    /// vector.
    /// </summary>
    public double Damping { get; init; } = 0.1;

    /// <summary>
    /// Of <see cref="ScoringMethod.TrackStar"/>: the evaluation vectors' share of the second moments, from 0 to 1; the rest are the training vectors'.
    /// </summary>
    public double Mixture { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.WhiteningInvalid"/>: one is out of range.</exception>
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
