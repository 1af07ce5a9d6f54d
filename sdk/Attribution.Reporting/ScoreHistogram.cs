using Attribution.Selection;

namespace Attribution.Reporting;

/// <summary>How many training rows have which score.</summary>
/// <param name="Lowest">The lower edge of the first bin.</param>
/// <param name="Highest">The upper edge of the last bin.</param>
/// <param name="Counts">Rows in each bin; the bins are equally wide.</param>
/// <param name="Planted">How many of them are known to show the behaviour; null where that is not known.</param>
/// <param name="Cut">The score of the last row that was chosen.</param>
/// <param name="WithoutScore">Rows without a score.</param>
internal sealed record ScoreHistogram(double Lowest, double Highest, IReadOnlyList<int> Counts, IReadOnlyList<int>? Planted, double Cut, int WithoutScore)
{
    /// <summary>The mean score of the rows of the draw at random; null where none was drawn.</summary>
    public double? Random { get; init; }

    /// <summary>The number of bins.</summary>
    public const int Bins = 40;

    /// <summary>Counts scores.</summary>
    /// <param name="scores">The scores of all rows; what is not finite counts as no score.</param>
    /// <param name="isPlanted">Whether the row at a place is known to show the behaviour; null where that is not known.</param>
    /// <param name="topK">How many rows were chosen.</param>
    /// <param name="drawn">The rows of the draw at random; null where none was drawn.</param>
    /// <returns>Null if no row has a score.</returns>
    public static ScoreHistogram? Of(ScoreTable scores, Func<long, bool>? isPlanted, int topK, IReadOnlyCollection<long>? drawn = null)
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
        var cut = scores.InOrder(Math.Min(topK, finite.Length)).Select(i => scores.Scores[i]).DefaultIfEmpty((float)highest).Last();
        double[] random = [.. (drawn ?? []).Select(scores.ScoreOf).Where(score => score is { } value && float.IsFinite(value)).Select(score => (double)score!)];
        return new(lowest, lowest + width * Bins, counts, planted, cut, scores.Count - finite.Length) { Random = random.Length > 0 ? random.Average() : null };
    }
}
