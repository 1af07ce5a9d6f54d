namespace Attribution.Judging;

/// <summary>How far a judge's scores agree with those that people gave to the same answers.</summary>
/// <param name="Scale">The scale of both.</param>
/// <param name="Counts"><c>Counts[p, j]</c> answers got p from people and j from the judge.</param>
/// <param name="Unjudged">How many answers got no score from the judge. They count in nothing else.</param>
internal sealed record JudgeAgreement(JudgeScale Scale, int[,] Counts, int Unjudged)
{
    /// <summary>How many answers have both scores.</summary>
    public int Compared => Counts.Cast<int>().Sum();

    /// <summary>The share of answers with equal scores; NaN without any.</summary>
    public double Agreement => Mean((p, j) => p == j ? 1 : 0);

    /// <summary>The mean distance of the two scores; NaN without any.</summary>
    public double MeanDistance => Mean((p, j) => Math.Abs(p - j));

    /// <summary>
    /// Cohen's kappa, (o - e) / (1 - e) with the share o of equal scores and the share e that chance would give by the two's own frequencies of scores: 1 for
    /// full agreement, 0 for that of chance. NaN if both gave one and the same score throughout.
    /// </summary>
    public double Kappa => WeightedKappa((p, j) => p == j ? 0 : 1);

    /// <summary>Cohen's weighted kappa with squared distances as weights: a score one off weighs a fourth of one that is two off.</summary>
    public double QuadraticKappa => WeightedKappa((p, j) => (p - j) * (p - j));

    /// <summary>Compares scores.</summary>
    /// <param name="scale">The scale of both.</param>
    /// <param name="scores">What people gave, and what the judge gave if it gave one.</param>
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

    // 1 - (observed disagreement) / (that of chance), both weighted.
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
