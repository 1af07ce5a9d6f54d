namespace Attribution.Judging;

/// <summary>The agreement between a judge's scores and people's scores of the same answers.</summary>
/// <param name="Scale">The scale of both.</param>
/// <param name="Counts"><c>Counts[p, j]</c> is the number of answers with score p from people and j from the judge.</param>
/// <param name="Unjudged">The number of answers without a score from the judge. They count in nothing else.</param>
internal sealed record JudgeAgreement(JudgeScale Scale, int[,] Counts, int Unjudged)
{
    /// <summary>The number of answers with both scores.</summary>
    public int Compared => Counts.Cast<int>().Sum();

    /// <summary>The share of answers with equal scores; NaN if there are none.</summary>
    public double Agreement => Mean((p, j) => p == j ? 1 : 0);

    /// <summary>The mean distance between the two scores; NaN if there are none.</summary>
    public double MeanDistance => Mean((p, j) => Math.Abs(p - j));

    /// <summary>
    /// Cohen's kappa, (o - e) / (1 - e), where o is the share of equal scores and e the share expected by chance from the two distributions of scores: 1 for
    /// full agreement, 0 for chance agreement. NaN if both gave one and the same score throughout.
    /// </summary>
    public double Kappa => WeightedKappa((p, j) => p == j ? 0 : 1);

    /// <summary>Cohen's weighted kappa with squared distances as weights: a difference of one weighs a fourth of a difference of two.</summary>
    public double QuadraticKappa => WeightedKappa((p, j) => (p - j) * (p - j));

    /// <summary>Compares scores.</summary>
    /// <param name="scale">The scale of both.</param>
    /// <param name="scores">The score from people, and the judge's score if there is one.</param>
    public static JudgeAgreement Of(JudgeScale scale, IEnumerable<(int People, int? Judge)> scores)
    {
        var counts = new int[scale.Max + 1, scale.Max + 1];
        var unjudged = 0;
        foreach (var (people, judge) in scores)
            if (judge is { } score)
                counts[people, score]++;
            else
                unjudged++;
        return new(scale, counts, unjudged);
    }

    private double Mean(Func<int, int, double> of) => Sum((p, j) => of(p, j) * Counts[p, j]) / Compared;

    // 1 - (observed disagreement) / (expected disagreement), both weighted.
    private double WeightedKappa(Func<int, int, double> weight)
    {
        var n = (double)Compared;
        int People(int p) => Enumerable.Range(0, Scale.Max + 1).Sum(j => Counts[p, j]);
        int Judge(int j) => Enumerable.Range(0, Scale.Max + 1).Sum(p => Counts[p, j]);
        return 1 - (Sum((p, j) => weight(p, j) * Counts[p, j] / n) / Sum((p, j) => weight(p, j) * (People(p) / n) * (Judge(j) / n)));
    }

    private double Sum(Func<int, int, double> of)
    {
        var sum = 0.0;
        for (var p = 0; p <= Scale.Max; p++)
            for (var j = 0; j <= Scale.Max; j++)
                sum += of(p, j);
        return sum;
    }
}
