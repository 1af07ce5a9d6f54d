using Attribution.Data.Store;
using Attribution.Selection;

namespace Attribution.Pipeline;

/// <summary>The scores of one selection, and the rows that it chooses.</summary>
internal sealed record ScoredSelection(RowScorer Scorer, IReadOnlyList<ScoredRow> Scores, IReadOnlyList<ScoredRow> Chosen);

/// <summary>
/// The scores of all selections that read one table of training vectors: computed together, in one pass over it, when the first of them is made, and with
/// one pass over the rows that they choose. Selections that differ in k alone share their scores.
/// </summary>
/// <param name="train">The table's folder.</param>
/// <param name="layer">The 0-based block.</param>
/// <param name="pool">The rows.</param>
/// <param name="wanted">The selections.</param>
internal sealed class SharedScores(string train, int layer, TrainingPool pool, IReadOnlyList<SharedScores.Selection> wanted)
{
    private Dictionary<ContentHash, ScoredSelection>? _selections;

    /// <summary>One selection, which can be taken once: its scores are long.</summary>
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

    /// <summary>A selection that is wanted.</summary>
    /// <param name="Fingerprint">Of its artifact.</param>
    /// <param name="Scores">Equal for selections by the same scores.</param>
    /// <param name="TopK">How many rows it chooses.</param>
    /// <param name="IsBottom">Whether it chooses the lowest scores.</param>
    /// <param name="Scorer">What the training rows are compared with.</param>
    internal sealed record Selection(ContentHash Fingerprint, string Scores, int TopK, bool IsBottom, Func<CancellationToken, RowScorer> Scorer);
}
