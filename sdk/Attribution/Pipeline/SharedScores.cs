using Attribution.Data.Store;
using Attribution.Selection;

namespace Attribution.Pipeline;

/// <summary>The scores of one selection, and the rows that it chooses.</summary>
internal sealed record ScoredSelection(RowScorer Scorer, IReadOnlyList<ScoredRow> Scores, IReadOnlyList<ScoredRow> Chosen);

/// <summary>
/// The scores of all selections that read one table of training vectors: computed together, in one pass over it, when the first of them is made, and with
/// one pass over the rows that they choose.
/// </summary>
/// <param name="train">The table's folder.</param>
/// <param name="layer">The 0-based block.</param>
/// <param name="topK">How many rows a selection chooses.</param>
/// <param name="pool">The rows.</param>
/// <param name="scorers">What the training rows are compared with, by selection.</param>
internal sealed class SharedScores(string train, int layer, int topK, TrainingPool pool, IReadOnlyDictionary<ContentHash, Func<CancellationToken,
    RowScorer>> scorers)
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
        var keys = scorers.Keys.ToArray();
        var made = Array.ConvertAll(keys, key => scorers[key](cancellation));
        var scores = RowScorer.Score(made, VectorFolder.Open(train, layer), cancellation);
        var selections = keys.Index().ToDictionary(k => k.Item, k => new ScoredSelection(made[k.Index], scores[k.Index], TopK.Select(scores[k.Index], topK)));
        pool.Read(selections.Values.SelectMany(s => s.Chosen).Select(row => row.Index).ToHashSet(), cancellation);
        return selections;
    }
}
