using Attribution.Models;
using MathNet.Numerics.Statistics;

namespace Attribution.Evaluation.Statistics;

/// <summary>
/// Percentile bootstrap intervals (Efron 1979): the items are resampled with replacement, as many as there are, and the statistic is computed for each
/// resample; the interval lies between its quantiles. The seed of the resampling is fixed, so that equal values give equal intervals.
/// </summary>
public static class Bootstrap
{
    /// <summary>The confidence level of an interval.</summary>
    public const double Level = 0.95;

    /// <summary>The default number of resamples.</summary>
    public const int DefaultDraws = 10_000;

    /// <summary>The mean of independent values. The time is proportional to values times resamples.</summary>
    /// <param name="values">The values, finite.</param>
    /// <param name="draws">The number of resamples.</param>
    /// <param name="seed">The seed of the resampling.</param>
    public static Interval Mean(IReadOnlyList<double> values, int draws = DefaultDraws, long seed = 0)
    {
        double[] copy = [.. values];
        return Of(copy.Length, drawn =>
        {
            double sum = 0;
            foreach (var i in drawn)
                sum += copy[i];
            return sum / drawn.Length;
        }, draws, seed);
    }

    /// <summary>
    /// The mean of <c>first[i] - second[i]</c>. Both values belong to the same item i, for example one prompt under one seed, so that what they share cancels.
    /// </summary>
    /// <param name="first">The values of one method, finite.</param>
    /// <param name="second">The values of the other method, for the same items in the same order.</param>
    /// <param name="draws">The number of resamples.</param>
    /// <param name="seed">The seed of the resampling.</param>
    public static Interval MeanDifference(IReadOnlyList<double> first, IReadOnlyList<double> second, int draws = DefaultDraws, long seed = 0) =>
        first.Count == second.Count ? Mean([.. first.Zip(second, (a, b) => a - b)], draws, seed)
            : throw new ArgumentException($"there are {first.Count} values of the first and {second.Count} of the second", nameof(second));

    /// <summary>Any statistic of items.</summary>
    /// <param name="count">The number of items.</param>
    /// <param name="statistic">Computes the statistic of the items at the given positions; NaN if it is not defined for them, in which case the resample is
    /// left out.</param>
    /// <param name="draws">The number of resamples.</param>
    /// <param name="seed">The seed of the resampling.</param>
    /// <returns>The statistic of all items, and its interval.</returns>
    public static Interval Of(int count, Func<int[], double> statistic, int draws = DefaultDraws, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        var estimate = count == 0 ? double.NaN : statistic([.. Enumerable.Range(0, count)]);
        if (count < 2)
            return new Interval(estimate, double.NaN, double.NaN);
        var random = SeededRandom.Named(seed, "bootstrap");
        var drawn = new int[count];
        var found = new List<double>(draws);
        for (var draw = 0; draw < draws; draw++)
        {
            for (var i = 0; i < count; i++)
                drawn[i] = (int)(random.NextDouble() * count);
            if (statistic(drawn) is var value && double.IsFinite(value))
                found.Add(value);
        }
        var sorted = found.ToArray();
        Array.Sort(sorted);
        return new Interval(estimate, SortedArrayStatistics.Quantile(sorted, (1 - Level) / 2), SortedArrayStatistics.Quantile(sorted, (1 + Level) / 2));
    }
}
