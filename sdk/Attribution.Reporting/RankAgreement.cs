using Attribution.Selection;
using MathNet.Numerics.Statistics;

namespace Attribution.Reporting;

/// <summary>The agreement of two runs over the same training rows.</summary>
internal static class RankAgreement
{
    /// <summary>
    /// Spearman's rank correlation of two runs' scores, over the rows that have a score in both; null if there are fewer than two, or all are equal.
    /// </summary>
    public static double? Correlation(ScoreTable one, ScoreTable other)
    {
        var (a, b) = (new List<double>(one.Count), new List<double>(one.Count));
        for (var i = 0; i < one.Count; i++)
            if (one.Ranks[i] > 0 && other.ScoreOf(one.Rows[i]) is { } score)
            {
                a.Add(one.Scores[i]);
                b.Add(score);
            }
        return a.Count >= 2 && MathNet.Numerics.Statistics.Correlation.Spearman(a, b) is var value && double.IsFinite(value) ? value : null;
    }

    /// <summary>The number of rows that two selections share, relative to the smaller one.</summary>
    public static double Overlap(IReadOnlySet<long> one, IReadOnlySet<long> other) =>
        Math.Min(one.Count, other.Count) is > 0 and var smaller ? (double)one.Count(other.Contains) / smaller : 0;
}
