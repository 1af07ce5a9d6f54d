namespace Attribution.Selection;

/// <summary>
/// The file <see cref="FileName"/> with the score of every training row: a Parquet file with <c>idx</c>, <c>score</c> and <c>rank</c>, the row's rank among all
/// from 1; 0 for a row without a score.
/// </summary>
public static class ScoredRows
{
    /// <summary>The file's name.</summary>
    public const string FileName = "scores.parquet";

    /// <summary>Writes the file; equal rows give equal bytes.</summary>
    public static void Write(string path, IReadOnlyList<ScoredRow> scores)
    {
        var ranks = new int[scores.Count];
        foreach (var (place, at) in Enumerable.Range(0, scores.Count).Where(i => float.IsFinite(scores[i].Score)).OrderByDescending(i =>
            scores[i].Score).ThenBy(i => scores[i].Index).Index())
            ranks[at] = place + 1;
        ScoreTable.Write(path, [.. scores.Select(s => s.Index)], [.. scores.Select(s => s.Score)], ranks);
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="Diagnostics.AttributionException">The file is not such a table.</exception>
    public static IReadOnlyList<ScoredRow> Read(string path)
    {
        var table = ScoreTable.Read(path);
        return [.. table.Rows.Zip(table.Scores, (row, score) => new ScoredRow(row, score))];
    }
}
