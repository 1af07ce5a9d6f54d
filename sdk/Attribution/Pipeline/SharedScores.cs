using Attribution.Data.Store;
using Attribution.Selection;

namespace Attribution.Pipeline;

/// <summary>The scores of one selection, and the rows that it selects.</summary>
internal sealed record ScoredSelection(RowScorer Scorer, IReadOnlyList<ScoredRow> Scores, IReadOnlyList<ScoredRow> Chosen);

/// <summary>
/// The scores of all selections that read one table of training vectors. They are computed together, in one pass over the table, when the first of them is
/// taken, and the selected rows are read in one more pass. Selections that differ only in k share their scores.
/// </summary>
/// <param name="train">The table's folder.</param>
/// <param name="layer">The 0-based block.</param>
/// <param name="pool">The training set's rows.</param>
/// <param name="wanted">The selections.</param>
internal sealed class SharedScores(string train, int layer, TrainingPool pool, IReadOnlyList<SharedScores.Selection> wanted)
{
    private Dictionary<ContentHash, ScoredSelection>? _selections;

    /// <summary>The scores of one selection. Each can be taken only once, because scores need much memory.</summary>
    public ScoredSelection Take(ContentHash selection, CancellationToken cancellation)
    {
        _selections ??= Score(cancellation);
        _selections.Remove(selection, out var taken);
        return taken!;
    }

    private Dictionary<ContentHash, ScoredSelection> Score(CancellationToken cancellation)
    {
        var groups = wanted.GroupBy(selection => selection.Scores).ToArray();
        var made = Array.ConvertAll(groups, group => group.First().Scorer(cancellation));
        var scores = RowScorer.Score(made, VectorFolder.Open(train, layer), cancellation);
        var selections = groups.Index().SelectMany(g => g.Item.Select(selection => (selection.Fingerprint,
            new ScoredSelection(made[g.Index], scores[g.Index],
                selection.IsBottom ? TopK.SelectLowest(scores[g.Index], selection.TopK) : TopK.Select(scores[g.Index], selection.TopK))))).ToDictionary();
        pool.Read(selections.Values.SelectMany(s => s.Chosen).Select(row => row.Index).ToHashSet(), cancellation);
        return selections;
    }

    /// <summary>A requested selection.</summary>
    /// <param name="Fingerprint">The fingerprint of its artifact.</param>
    /// <param name="Scores">A key that is equal for selections with the same scores.</param>
    /// <param name="TopK">The number of rows to select.</param>
    /// <param name="IsBottom">Whether to select the rows with the lowest scores.</param>
    /// <param name="Scorer">Makes the scorer that the training rows are scored with.</param>
    internal sealed record Selection(ContentHash Fingerprint, string Scores, int TopK, bool IsBottom, Func<CancellationToken, RowScorer> Scorer);
}
