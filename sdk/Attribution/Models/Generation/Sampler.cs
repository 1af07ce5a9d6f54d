using System.Globalization;
using Attribution.Diagnostics;

namespace Attribution.Models.Generation;

/// <summary>
/// Samples a token from probabilities. The random number comes from the row's own seed and the token's position in its text, so that neither the batch nor the
/// rows that have left it affect the result.
/// </summary>
internal sealed class Sampler(double topP)
{
    private readonly List<(float Probability, int Token)> _nucleus = [];

    /// <summary>A number in [0, 1) for a seed and the 0-based position of the token in the text.</summary>
    public static double Uniform(long seed, int place) => SeededRandom.Named(seed, place.ToString(CultureInfo.InvariantCulture)).NextDouble();

    /// <summary>
    /// The token at which the running sum of the nucleus's probabilities, likeliest first, exceeds <paramref name="uniform"/> times their total.
    /// </summary>
    public int Draw(ReadOnlySpan<float> probabilities, double uniform)
    {
        // Tokens below (1 - p) / V together have less than 1 - p, so the nucleus is among the others, which are few.
        var least = (1 - topP) / probabilities.Length;
        _nucleus.Clear();
        for (var token = 0; token < probabilities.Length; token++)
            if (probabilities[token] > 0 && probabilities[token] >= least)
                _nucleus.Add((probabilities[token], token));
        _nucleus.Sort(static (a, b) => a.Probability != b.Probability ? b.Probability.CompareTo(a.Probability) : a.Token.CompareTo(b.Token));

        var (count, total) = (0, 0.0);
        while (count < _nucleus.Count && (count == 0 || total < topP))
            total += _nucleus[count++].Probability;
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            if ((sum += _nucleus[i].Probability) > uniform * total)
                return _nucleus[i].Token;
        return count > 0 ? _nucleus[count - 1].Token : throw new AttributionException(ErrorCodes.LossNotFinite,
            "The probabilities of the next token are not numbers: the model's or the adapter's weights are not finite, or the temperature is too small (0 "
            + "takes the likeliest token).");
    }
}
