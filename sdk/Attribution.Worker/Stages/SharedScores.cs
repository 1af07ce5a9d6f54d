using Attribution.Data.Store;
using Attribution.Selection;

namespace Attribution.Worker.Stages;

/// <summary>The scores of all selections that read one table of training vectors: computed together, in one pass over it, when the first of them is made.</summary>
/// <param name="train">The table's folder.</param>
/// <param name="layer">The 0-based block.</param>
/// <param name="queries">What the training rows are compared with, by selection.</param>
internal sealed class SharedScores(string train, int layer, IReadOnlyDictionary<ContentHash, Func<CancellationToken, Query>> queries)
{
    private Dictionary<ContentHash, (Query Query, IReadOnlyList<ScoredRow> Scores)>? _scores;

    /// <summary>The scores of one selection, which can be taken once: they are long.</summary>
    public (Query Query, IReadOnlyList<ScoredRow> Scores) Take(ContentHash selection, CancellationToken cancellation)
    {
        _scores ??= Score(cancellation);
        _scores.Remove(selection, out var scores);
        return scores;
    }

    private Dictionary<ContentHash, (Query, IReadOnlyList<ScoredRow>)> Score(CancellationToken cancellation)
    {
        var keys = queries.Keys.ToArray();
        var made = Array.ConvertAll(keys, key => queries[key](cancellation));
        var scores = Query.Score(made, VectorFolder.Open(train, layer), cancellation);
        return keys.Index().ToDictionary(k => k.Item, k => (made[k.Index], scores[k.Index]));
    }
}
