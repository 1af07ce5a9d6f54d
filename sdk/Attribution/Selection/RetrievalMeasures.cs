namespace Attribution.Selection;

/// <summary>
/// How well scores find the planted rows, which are known to show a behaviour: the measures of DATE-LM (arXiv 2507.09424). Rows are ranked as in selection: by
/// descending score, equal scores by ascending row index. A row without a score comes after all others.
/// </summary>
/// <param name="PrecisionAtK">The share of planted rows among the first k rows.</param>
/// <param name="RecallAtK">The share of the planted rows that are among the first k.</param>
/// <param name="ReciprocalRank">One over the rank of the first planted row; its mean over evaluation sets is the MRR.</param>
/// <param name="Auroc">The area under the ROC curve: the probability that a planted row scores higher than another row, a tie counting one half. Null if all
/// rows are planted.</param>
/// <param name="Auprc">The area under the precision-recall curve as average precision: the mean over planted rows of the precision at the row's score, with
/// rows of equal score taken together.</param>
public sealed record RetrievalMeasures(double PrecisionAtK, double RecallAtK, double ReciprocalRank, double? Auroc, double Auprc)
{
    /// <summary>Computes the measures of scores.</summary>
    /// <param name="scores">The score of every row, in any order.</param>
    /// <param name="isPlanted">Whether the row with an index is planted.</param>
    /// <param name="k">The number of selected rows, at least 1.</param>
    /// <returns>The measures; null if no row is planted.</returns>
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
