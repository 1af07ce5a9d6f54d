using Attribution.Data.DuckDb;
using Attribution.Diagnostics;

namespace Attribution.Reporting;

/// <summary>The scores of a run's training rows, as <c>scores.parquet</c> has them.</summary>
public sealed class ScoreTable
{
    private readonly Dictionary<long, int> _places;
    private readonly int[] _byRank;

    /// <param name="rows">Each row's index in the training set.</param>
    /// <param name="scores">Its score.</param>
    /// <param name="ranks">Its place among all rows, from 1; 0 for a row without a score.</param>
    public ScoreTable(long[] rows, float[] scores, int[] ranks)
    {
        (Rows, Scores, Ranks) = (rows, scores, ranks);
        _places = new(rows.Length);
        for (var i = 0; i < rows.Length; i++)
            _places[rows[i]] = i;
        _byRank = [.. Enumerable.Range(0, rows.Length).Where(i => ranks[i] > 0).OrderBy(i => ranks[i])];
    }

    public IReadOnlyList<long> Rows { get; }

    public IReadOnlyList<float> Scores { get; }

    public IReadOnlyList<int> Ranks { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => Rows.Count;

    /// <summary>How many of them have a score.</summary>
    public int Ranked => _byRank.Length;

    /// <summary>Reads <c>scores.parquet</c>.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ReportInputInvalid"/>: it is no such table.</exception>
    public static ScoreTable Read(string path)
    {
        var (rows, scores, ranks) = (new List<long>(), new List<float>(), new List<int>());
        try
        {
            using var connection = DuckDbConnection.Open();
            using var reader = connection.Query($"SELECT CAST(idx AS BIGINT), CAST(score AS FLOAT), CAST(rank AS BIGINT) FROM read_parquet({Sql.Literal(path)})");
            while (reader.ReadChunk())
            {
                rows.AddRange(reader.Column(0).Values<long>());
                scores.AddRange(reader.Column(1).Values<float>());
                foreach (var rank in reader.Column(2).Values<long>())
                    ranks.Add((int)rank);
            }
        }
        catch (DuckDbException e)
        {
            throw new AttributionException(ErrorCodes.ReportInputInvalid, $"'{path}' is no table of scores (Parquet with idx, score and rank): {e.Message} Delete out/ and build again.", e) { File = path };
        }
        return new([.. rows], [.. scores], [.. ranks]);
    }

    /// <summary>The places of the rows of the first ranks, best first.</summary>
    public IEnumerable<int> InOrder(int count) => _byRank.Take(count);

    /// <summary>The places of the rows of the last ranks, lowest first.</summary>
    public IEnumerable<int> FromTheEnd(int count) => _byRank.Reverse().Take(count);

    /// <summary>A row's rank, or null if it has no score.</summary>
    public int? RankOf(long row) => _places.TryGetValue(row, out var place) && Ranks[place] is > 0 and var rank ? rank : null;

    /// <summary>A row's score, or null if it has none.</summary>
    public float? ScoreOf(long row) => _places.TryGetValue(row, out var place) && Ranks[place] > 0 ? Scores[place] : null;
}
