using MathNet.Numerics.Distributions;

namespace Attribution.Evaluation.Statistics;

/// <summary>
/// The interval of a share, Wilson's score interval (1927): of few trials, and of shares near 0 and 1, it holds the true share where mean and standard error do
/// not.
/// </summary>
internal static class ShareInterval
{
    private static readonly double Reach = Normal.InvCDF(0, 1, (1 + Bootstrap.Level) / 2);

    /// <summary>The share of successes and its interval.</summary>
    /// <param name="share">Successes over trials, from 0 to 1.</param>
    /// <param name="trials">How many there were, at least 1.</param>
    public static Interval Of(double share, int trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        var squared = Reach * Reach / trials;
        var (middle, half) = ((share + squared / 2) / (1 + squared), Reach * Math.Sqrt(share * (1 - share) / trials + squared / (4 * trials)) / (1 + squared));
        return new(share, Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
