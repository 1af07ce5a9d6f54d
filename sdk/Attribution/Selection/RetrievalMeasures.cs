namespace Attribution.Selection;

/// <summary>
/// How well scores find the rows that are known to show a behaviour, the planted ones: the measures of DATE-LM (arXiv 2507.09424). The first k, and the first
/// planted row, are those of the order that selection goes by: the higher score first, of equal scores the lower row number. A row without a score comes after
/// all others.
/// </summary>
/// <param name="PrecisionAtK">The share of the first k rows that are planted.</param>
/// <param name="RecallAtK">The share of the planted rows that are among the first k.</param>
/// <param name="ReciprocalRank">One over the place of the first planted row; its mean over evaluation sets is the MRR.</param>
/// <param name="Auroc">
/// The area under the ROC curve: the chance that a planted row scores higher than another row, a tie counting one half. Null where all rows are planted.
/// </param>
/// <param name="Auprc">
/// The area under the precision-recall curve as average precision: each planted row's precision at its score, rows of equal scores taken together, and the mean
/// of that.
/// </param>
public sealed record RetrievalMeasures(double PrecisionAtK, double RecallAtK, double ReciprocalRank, double? Auroc, double Auprc)
{
    /// <summary>Measures scores.</summary>
    /// <param name="scores">Every row's score, in any order.</param>
    /// <param name="isPlanted">Whether a row, by its index, is planted.</param>
    /// <param name="k">How many rows are selected, at least 1.</param>
    /// <returns>The measures; null where no row is planted, so that there is nothing to find.</returns>
    public static RetrievalMeasures? Of(IReadOnlyList<ScoredRow> scores, Func<long, bool> isPlanted, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var ranked = scores.Select(s => (Score: float.IsFinite(s.Score) ? s.Score : float.NegativeInfinity, s.Index)).OrderByDescending(s => s.Score)
            .ThenBy(s => s.Index).Select(s => (s.Score, Planted: isPlanted(s.Index))).ToArray();
        var planted = ranked.LongCount(r => r.Planted);
        if (planted == 0)
            return null;

        var others = ranked.Length - planted;
        var (wins, precisions, above) = (0.0, 0.0, 0L); // above: planted rows with a higher score
        for (var at = 0; at < ranked.Length;)
        {
            var (end, tied) = (at, 0L); // tied: planted rows of this score
            for (; end < ranked.Length && ranked[end].Score.Equals(ranked[at].Score); end++)
                tied += ranked[end].Planted ? 1 : 0;
            wins += (end - at - tied) * (above + tied / 2.0);
            above += tied;
            precisions += tied * ((double)above / end);
            at = end;
        }
        var found = ranked.Take(k).Count(r => r.Planted);
        return new RetrievalMeasures((double)found / Math.Min(k, ranked.Length), (double)found / planted, 1.0 / (1 + Array.FindIndex(ranked, r => r.Planted)),
            others == 0 ? null : wins / ((double)planted * others), precisions / planted);
    }
}
