using System.Runtime.InteropServices;
using Attribution.Data;
using Attribution.Data.DuckDb;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Selection;

namespace Attribution.Tests.Selection;

/// <summary>Tables of vectors in Parquet, read by several threads at once.</summary>
public sealed class VectorTableTests : IDisposable
{
    // Row groups of 128 rows.
    private const int Dimension = 1 << 14, Rows = 1000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void Any_number_of_threads_sees_every_row_once_with_the_bytes_and_the_place_of_one_thread(int threads)
    {
        Write("scores-0.parquet", 0, 600);
        Write("scores-1.parquet", 600, Rows);
        var table = new VectorTable(_folder["scores-*.parquet"], 1);
        var expected = new List<(long Index, int Hash)>();
        table.Read((index, vector) => expected.Add((index, Hash(MemoryMarshal.AsBytes(vector)))));
        expected.Count.ShouldBe(Rows / 2);

        var seen = new SortedDictionary<long, (long Index, int Hash)[]>();
        table.ReadBlocks(threads, (scoped in VectorBlock block) =>
        {
            var rows = new (long, int)[block.Rows];
            for (var row = 0; row < rows.Length; row++)
                rows[row] = (block.Indices[row], Hash(block.Data.Slice(row * Dimension * sizeof(float), Dimension * sizeof(float))));
            lock (seen)
                seen.Add(block.FirstRow, rows);
        }, CancellationToken.None);
        seen.Values.SelectMany(rows => rows).ShouldBe(expected);
        seen.Keys.ShouldAllBe(place => place % 128 == 0 || place >= 600);

        static int Hash(ReadOnlySpan<byte> bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }

    [Fact]
    public void Scores_do_not_depend_on_the_threads()
    {
        Write("scores-0.parquet", 0, Rows);
        var table = new VectorTable(_folder["scores-0.parquet"], 1);
        var scorer = RowScorer.Along(ScoringMethod.CosSim, Vector(3));
        var parallel = RowScorer.Score([scorer], table)[0];
        var serial = RowScorer.Score([scorer], new OneThread(table))[0];
        Bits(parallel).ShouldBe(Bits(serial));
        parallel.Count.ShouldBe(Rows / 2);

        static IEnumerable<(long, int)> Bits(IReadOnlyList<ScoredRow> rows) => rows.Select(row => (row.Index, BitConverter.SingleToInt32Bits(row.Score)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void Of_several_faults_the_first_is_named_whatever_the_threads(int threads)
    {
        using (var db = DuckDbDatabase.Open())
        {
            db.Execute("COPY (SELECT i AS idx, 1 AS layer, CASE WHEN i = 5000 OR i = 90000 THEN [1::FLOAT] ELSE [1::FLOAT, i] END AS "
                + "vector FROM range(100000) t(i)) "
                + $"TO {Sql.Literal(_folder["scores-0.parquet"])} (ROW_GROUP_SIZE 2048)");
            db.Execute($"COPY (SELECT 1 AS idx, 1 AS layer, NULL::FLOAT[] AS vector) TO {Sql.Literal(_folder["scores-1.parquet"])}");
        }
        var error = Should.Throw<AttributionException>(() => Read(threads));
        (error.Code, error.File).ShouldBe((ErrorCodes.VectorTableInvalid, _folder["scores-0.parquet"]));
        error.Message.ShouldContain("vectors of 2 and of 1 numbers (idx 5000)");
    }

    [Fact]
    public void Files_of_vectors_of_different_lengths_are_no_table()
    {
        Write("scores-0.parquet", 0, 200);
        using (var writer = new VectorTableWriter(_folder["scores-1.parquet"], 3))
        {
            writer.Append(200, 1, [1, 2, 3]);
            writer.Complete();
        }
        foreach (var threads in new[] { 1, 4 })
            Should.Throw<AttributionException>(() => Read(threads)).Message.ShouldContain($"'{_folder["scores-1.parquet"]}' holds vectors of "
                + $"{Dimension} and of 3 numbers");
    }

    [Fact]
    public void What_a_visitor_throws_ends_the_reading_and_a_cancellation_does_too()
    {
        Write("scores-0.parquet", 0, Rows);
        var table = new VectorTable(_folder["scores-0.parquet"], 1);
        Should.Throw<TimeoutException>(() => table.ReadBlocks(3, (scoped in VectorBlock _) => throw new TimeoutException(), CancellationToken.None));
        Should.Throw<OperationCanceledException>(() => table.ReadBlocks(3, (scoped in VectorBlock _) => { }, new CancellationToken(canceled: true)));
    }

    private void Read(int threads) => new VectorTable(_folder["scores-*.parquet"], 1).ReadBlocks(threads, (scoped in VectorBlock _) => { },
        CancellationToken.None);

    // Two layers in turn.
    private void Write(string name, int first, int end)
    {
        using var writer = new VectorTableWriter(_folder[name], Dimension);
        for (var row = first; row < end; row++)
            writer.Append(row, row % 2, Vector(row));
        writer.Complete();
    }

    private static float[] Vector(int row)
    {
        var vector = new float[Dimension];
        new Random(row).NextBytes(MemoryMarshal.AsBytes(vector.AsSpan()));
        for (var d = 0; d < vector.Length; d++)
            vector[d] = float.IsFinite(vector[d]) ? MathF.ScaleB(vector[d], -int.Clamp(MathF.ILogB(vector[d]), -100, 127)) : d;
        return vector;
    }

    private sealed class OneThread(VectorTable table) : IVectorSource
    {
        public string Name => table.Name;

        public void Read(VectorVisitor visit) => table.Read(visit);

        public void ReadBlocks(VectorBlockVisitor visit, CancellationToken cancellation = default) => table.ReadBlocks(1, visit, cancellation);
    }
}
