using Attribution.Data.Parquet;
using Attribution.Diagnostics;
using Parquet;
using Parquet.Schema;

namespace Attribution.Selection;

/// <summary>The scores of a run's training rows, as in <c>scores.parquet</c>.</summary>
internal sealed class ScoreTable
{
    private const int GroupRows = 122_880;

    private readonly Dictionary<long, int> _places;
    private readonly int[] _byRank;

    /// <param name="rows">Each row's index in the training set.</param>
    /// <param name="scores">The score of each row.</param>
    /// <param name="ranks">The rank of each row among all, from 1; 0 for a row without a score.</param>
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

    /// <summary>The number of rows.</summary>
    public int Count => Rows.Count;

    /// <summary>The number of rows with a score.</summary>
    public int Ranked => _byRank.Length;

    /// <summary>Reads <c>scores.parquet</c>.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ReportInputInvalid"/>: the file is not such a table.</exception>
    public static ScoreTable Read(string path)
    {
        var (rows, scores, ranks) = (new List<long>(), new List<float>(), new List<int>());
        try
        {
            using var input = ParquetInput.Open(path);
            var (index, score, rank) = (input.Column("idx"), input.Column("score"), input.Column("rank"));
            for (var number = 0; number < input.Groups; number++)
            {
                using var group = input.Group(number);
                rows.AddRange(ParquetInput.ReadIntegers(group, index));
                scores.AddRange(ParquetInput.ReadSingles(group, score));
                ranks.AddRange(ParquetInput.ReadIntegers(group, rank).Select(place => checked((int)place)));
            }
            if (scores.Count != rows.Count || ranks.Count != rows.Count)
                throw new InvalidDataException($"there are {rows.Count} idx, {scores.Count} scores and {ranks.Count} ranks");
        }
        // For damaged files the package throws whatever exception its arithmetic runs into.
        catch (Exception e)
        {
            throw new AttributionException(ErrorCodes.ReportInputInvalid,
                $"'{path}' is no table of scores (Parquet with idx, score and rank): {e.Message.TrimEnd('.')}. Delete out/ and build again.", e)
            { File = path };
        }
        return new([.. rows], [.. scores], [.. ranks]);
    }

    /// <summary>Writes <c>scores.parquet</c>: <c>idx BIGINT</c>, <c>score FLOAT</c>, <c>rank BIGINT</c>. Equal rows give equal bytes.</summary>
    /// <exception cref="IOException">Writing failed, for example because the disk is full.</exception>
    public static void Write(string path, long[] rows, float[] scores, int[] ranks)
    {
        var (index, score, rank) = (new DataField<long>("idx", false), new DataField<float>("score", false), new DataField<long>("rank", false));
        using var output = new ParquetOutput(path, new ParquetSchema(index, score, rank), CompressionMethod.Zstd);
        for (var first = 0; first < rows.Length; first += GroupRows)
        {
            var some = first..Math.Min(rows.Length, first + GroupRows);
            output.WriteGroup(group =>
            {
                group.Write<long>(index, rows.AsMemory(some));
                group.Write<float>(score, scores.AsMemory(some));
                group.Write<long>(rank, Array.ConvertAll(ranks[some], place => (long)place));
            });
        }
        output.Complete();
    }

    /// <summary>The positions of the first rows by rank, best first.</summary>
    public IEnumerable<int> InOrder(int count) => _byRank.Take(count);

    /// <summary>The positions of the rows with the lowest scores, lowest first; as in a selection, the lower index wins a tie.</summary>
    public IEnumerable<int> FromTheEnd(int count) => _byRank.OrderBy(i => Scores[i]).ThenBy(i => Rows[i]).Take(count);

    /// <summary>The positions of the rows that a run is trained on: those from one end of the ranking, the outermost first.</summary>
    public IEnumerable<int> Chosen(int topK, bool isBottom) => isBottom ? FromTheEnd(topK) : InOrder(topK);

    /// <summary>A row's rank; null if it has no score.</summary>
    public int? RankOf(long row) => _places.TryGetValue(row, out var place) && Ranks[place] is > 0 and var rank ? rank : null;

    /// <summary>A row's score; null if it has none.</summary>
    public float? ScoreOf(long row) => _places.TryGetValue(row, out var place) && Ranks[place] > 0 ? Scores[place] : null;
}
