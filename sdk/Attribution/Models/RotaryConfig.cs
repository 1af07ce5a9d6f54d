namespace Attribution.Models;

/// <summary>How a rotary position embedding derives its angles; see <see cref="RotaryEmbedding"/> for the equations.</summary>
/// <param name="Theta">The base of the frequencies.</param>
/// <param name="Dimensions">How many leading components of each head are rotated (all of them unless the rotation is partial); even.</param>
/// <param name="Scaling">How the frequencies are scaled for contexts longer than the model was first trained on.</param>
public sealed record RotaryConfig(double Theta, int Dimensions, RotaryScaling Scaling);

/// <summary>The rotary scalings that published models use, by their <c>rope_type</c>.</summary>
public abstract record RotaryScaling
{
    private RotaryScaling() { }

    /// <summary><c>default</c>: none.</summary>
    public sealed record None : RotaryScaling;

    /// <summary><c>linear</c>: every frequency divided by <paramref name="Factor"/>.</summary>
    public sealed record Linear(double Factor) : RotaryScaling;

    /// <summary><c>llama3</c>: low frequencies divided by <paramref name="Factor"/>, high ones kept, those between interpolated.</summary>
    public sealed record Llama3(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions) : RotaryScaling;

    /// <summary>
    /// <c>longrope</c> (arXiv 2402.13753): each frequency divided by its own factor, from one list for sequences of up to
    /// <paramref name="OriginalMaxPositions"/> tokens and from another for longer ones; cosines and sines times <paramref name="AttentionFactor"/>.
    /// </summary>
    public sealed record LongRope(
        IReadOnlyList<double> ShortFactors, IReadOnlyList<double> LongFactors, int OriginalMaxPositions, double AttentionFactor) : RotaryScaling;
}
