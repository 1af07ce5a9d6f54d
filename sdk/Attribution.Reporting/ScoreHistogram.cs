using Attribution.Selection;

namespace Attribution.Reporting;

/// <summary>The histogram of training rows by score.</summary>
/// <param name="Lowest">The lower edge of the first bin.</param>
/// <param name="Highest">The upper edge of the last bin.</param>
/// <param name="Counts">The number of rows in each bin; all bins have the same width.</param>
/// <param name="Planted">The number of planted rows in each bin; null if not known.</param>
/// <param name="Cut">The score of the last selected row: the lowest among the selected, or for the bottom of the ranking the highest.</param>
/// <param name="WithoutScore">The number of rows without a score.</param>
internal sealed record ScoreHistogram(double Lowest, double Highest, IReadOnlyList<int> Counts, IReadOnlyList<int>? Planted, double Cut, int WithoutScore)
{
    /// <summary>The mean score of the randomly drawn rows; null if none were drawn.</summary>
    public double? Random { get; init; }

    /// <summary>The number of bins.</summary>
    public const int Bins = 40;

    /// <summary>Counts scores.</summary>
    /// <param name="scores">The scores of all rows; a score that is not finite counts as none.</param>
    /// <param name="isPlanted">Whether the row with an index is planted; null if not known.</param>
    /// <param name="topK">The number of selected rows.</param>
    /// <param name="isBottom">Whether the selected rows are those with the lowest scores.</param>
    /// <param name="drawn">The randomly drawn rows; null if none were drawn.</param>
    /// <returns>The histogram; null if no row has a score.</returns>
    public static ScoreHistogram? Of(ScoreTable scores, Func<long, bool>? isPlanted, int topK, bool isBottom = false, IReadOnlyCollection<long>? drawn = null)
    {
        var finite = Enumerable.Range(0, scores.Count).Where(i => float.IsFinite(scores.Scores[i])).ToArray();
        if (finite.Length == 0)
            return null;
        double lowest = finite.Min(i => scores.Scores[i]), highest = finite.Max(i => scores.Scores[i]);
        var width = highest > lowest ? (highest - lowest) / Bins : 1;
        var counts = new int[Bins];
        var planted = isPlanted is null ? null : new int[Bins];
        foreach (var i in finite)
        {
            var bin = Math.Min(Bins - 1, (int)((scores.Scores[i] - lowest) / width));
            counts[bin]++;
            if (planted is not null && isPlanted!(scores.Rows[i]))
                planted[bin]++;
        }
        var cut = scores.Chosen(topK, isBottom).Select(i => scores.Scores[i]).DefaultIfEmpty((float)(isBottom ? lowest : highest)).Last();
        double[] random = [.. (drawn ?? []).Select(scores.ScoreOf).Where(score => score is { } value && float.IsFinite(value)).Select(score => (double)score!)];
        return new(lowest, lowest + width * Bins, counts, planted, cut, scores.Count - finite.Length) { Random = random.Length > 0 ? random.Average() : null };
    }
}
