using Attribution.Diagnostics;

namespace Attribution.Judging;

/// <summary>The statistics of a set of verdicts: the mean score and the share of each score.</summary>
/// <param name="Scale">The scale of the scores.</param>
/// <param name="Counts"><c>Counts[s]</c> is the number of answers with score s; one entry for each score of the scale.</param>
/// <param name="Unjudged">The number of verdicts without a score. They count in neither mean nor shares.</param>
public sealed record JudgedScores(JudgeScale Scale, IReadOnlyList<int> Counts, int Unjudged)
{
    /// <summary>The number of verdicts with a score.</summary>
    public int Judged => Counts.Sum();

    /// <summary>The mean score; NaN if there are none.</summary>
    public double Mean => Counts.Select((count, score) => (double)score * count).Sum() / Judged;

    /// <summary>The share of one score among the judged answers; NaN if there are none.</summary>
    public double Share(int score) => (double)Counts[score] / Judged;

    /// <summary>The share of verdicts without a score among all; NaN if there are none.</summary>
    public double UnjudgedShare => (double)Unjudged / (Judged + Unjudged);

    /// <summary>Counts the verdicts of one judge.</summary>
    /// <exception cref="AttributionException">A score is outside the scale: a fault of the judge.</exception>
    public static JudgedScores Of(JudgeScale scale, IEnumerable<Verdict> verdicts)
    {
        var counts = new int[scale.Max + 1];
        var unjudged = 0;
        var row = 0L;
        foreach (var verdict in verdicts)
        {
            if (verdict.Score is not { } score)
                unjudged++;
            else if (score < 0 || score > scale.Max)
                throw new AttributionException(ErrorCodes.ScoreOffScale,
                    $"The judge of '{scale.Trait}' gave the score {score}; the scale goes from 0 to {scale.Max}. Correct the judge, or the Max of its scale.")
                { Row = row };
            else
                counts[score]++;
            row++;
        }
        return new JudgedScores(scale, counts, unjudged);
    }
}
