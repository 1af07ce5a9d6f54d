using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Selection;

namespace Attribution.Tests.Selection;

public sealed class ScoringPassTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Widths around the sizes of vectors and tiles, numbers of rows and scorers around those of groups and blocks.
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(15, 3, 2)]
    [InlineData(16, 4, 5)]
    [InlineData(65, 33, 6)]
    [InlineData(512, 2, 4)]
    [InlineData(1100, 131, 11)]
    [InlineData(4096, 70, 3)]
    public void Scores_are_those_of_the_definition_in_every_format(int dimension, int rows, int scorers)
    {
        var train = Enumerable.Range(0, rows).Select(row => Random(row + 1, dimension)).ToArray();
        var directions = Enumerable.Range(0, scorers).Select(q => Random(-q - 1, dimension)).ToArray();
        foreach (var format in Enum.GetValues<VectorFormat>())
        {
            var source = Write($"{format}", format, train);
            var stored = new List<float[]>();
            source.Read((_, vector) => stored.Add(vector.ToArray()));
            foreach (var method in new[] { ScoringMethod.CosSim, ScoringMethod.Proj, ScoringMethod.DotProduct })
            {
                var scores = RowScorer.Score([.. directions.Select(d => RowScorer.Along(method, d))], source);
                for (var q = 0; q < scorers; q++)
                    for (var row = 0; row < rows; row++)
                    {
                        var (r, e) = (stored[row], directions[q]);
                        var dot = r.Zip(e).Sum(p => (double)p.First * p.Second);
                        var expected = method switch
                        {
                            ScoringMethod.CosSim => dot / Norm(r) / Norm(e),
                            ScoringMethod.Proj => dot / Norm(e),
                            _ => dot,
                        };
                        var size = method switch { ScoringMethod.CosSim => 1, ScoringMethod.Proj => Norm(r), _ => Norm(r) * Norm(e) };
                        scores[q][row].Index.ShouldBe(row);
                        ((double)scores[q][row].Score).ShouldBe(expected, 1e-6 * size, $"{format} {method} {row} {q}");
                    }
            }
        }
    }

    [Fact]
    public void Vectors_in_memory_are_of_one_width_and_say_which_rows_they_are_of()
    {
        var different = Should.Throw<AttributionException>(() => new MemoryVectors([1, 2], [3, 4], [5]));
        (different.Code, different.Row).ShouldBe((ErrorCodes.VectorWidths, 2));

        var scores = RowScorer.From(ScoringMethod.DotProduct, new MemoryVectors([1, 0])).Score(new MemoryVectors([2, 1], [3, 1]) { Indices = [7, 4] });
        scores.Select(row => (row.Index, row.Score)).ShouldBe([(7, 2f), (4, 3f)]);
    }

    [Fact]
    public void Many_scorers_in_one_pass_score_number_for_number_as_each_alone()
    {
        var train = Enumerable.Range(0, 300).Select(row => Random(row, 100)).ToArray();
        train[7] = new float[100];
        train[8][50] = float.NaN;
        var scorers = Enum.GetValues<ScoringMethod>().Where(m => m <= ScoringMethod.CosSimDebiasTrain)
            .SelectMany(m => new[] { 1000, 2000 }.Select(seed =>
                RowScorer.From(m, new MemoryVectors(Random(seed, 100), Random(seed + 1, 100)), new MemoryVectors(Random(seed + 2, 100))))).ToArray();
        foreach (var format in Enum.GetValues<VectorFormat>())
        {
            var source = Write($"{format}", format, train);
            var together = RowScorer.Score(scorers, source);
            for (var q = 0; q < scorers.Length; q++)
                together[q].ShouldBe(scorers[q].Score(source));
            together.ShouldAllBe(scores => scores.Where(s => float.IsNaN(s.Score)).Select(s => s.Index).SequenceEqual(new long[] { 7, 8 }));
        }
    }

    [Fact]
    public void Float16_that_is_not_finite_or_not_normal_is_what_it_is()
    {
        // As the original wrote float16, without scales: 2^-24 is its smallest number.
        Half[][] train = [[Half.Epsilon, Half.NegativeZero], [Half.PositiveInfinity, Half.One], [Half.NaN, Half.One], [-Half.Epsilon, Half.Epsilon],
            [Half.MaxValue, Half.MaxValue], [Half.Zero, Half.NegativeZero]];
        Directory.CreateDirectory(_folder["h"]);
        File.WriteAllBytes(_folder["h", "scores-0.npy"], [.. NpyHeader.Write(NpyType.Float16, 6, 2),
            .. train.SelectMany(r => r).SelectMany(BitConverter.GetBytes)]);
        File.WriteAllBytes(_folder["h", "index-0.npy"], [.. NpyHeader.Write(NpyType.Int64, 6),
            .. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((long)i))]);
        var scores = RowScorer.Along(ScoringMethod.DotProduct, [1, 2]).Score(VectorFolder.Open(_folder["h"], 0));
        scores.Select(s => s.Score).ShouldBe([MathF.ScaleB(1, -24), float.NaN, float.NaN, MathF.ScaleB(1, -24), 3 * 65504f, float.NaN]);
    }

    [Fact]
    public void Vectors_far_outside_of_the_squares_of_float32_are_scored()
    {
        var source = Write("far", VectorFormat.Npy, [[1e-30f, 2e-30f], [3e30f, -1e30f]]);
        var scores = RowScorer.Along(ScoringMethod.CosSim, [1e-25f, 0]).Score(source);
        // n(v) = v / max(|v|, 1e-6): neither side has a direction to speak of.
        scores[0].Score.ShouldBe(0, 1e-5f);
        scores = RowScorer.Along(ScoringMethod.CosSim, [1e25f, 0]).Score(source);
        scores[1].Score.ShouldBe(3 / MathF.Sqrt(10), 1e-6f);
        scores = RowScorer.Along(ScoringMethod.DotProduct, [1e30f, 0]).Score(source);
        scores[0].Score.ShouldBe(1, 1e-6f);
    }

    [Fact]
    public void A_file_cut_while_it_is_read_and_a_cancelled_pass_are_errors()
    {
        var source = Write("cut", VectorFormat.NpyFloat16, [.. Enumerable.Range(0, 5000).Select(row => Random(row, 64))]);
        var scorer = RowScorer.Along(ScoringMethod.CosSim, Random(1, 64));
        Should.Throw<OperationCanceledException>(() => RowScorer.Score([scorer], source, new CancellationToken(canceled: true)));
        using (var file = File.OpenWrite(_folder["cut", "scores-0.npy"]))
            file.SetLength(100_000);
        Should.Throw<AttributionException>(() => scorer.Score(source)).Code.ShouldBe(ErrorCodes.NpyInvalid);
    }

    private static double Norm(float[] v) => Math.Sqrt(v.Sum(x => (double)x * x));

    private static float[] Random(int seed, int dimension)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, dimension).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }

    private IVectorSource Write(string name, VectorFormat format, float[][] rows)
    {
        Directory.CreateDirectory(_folder[name]);
        using (var writer = VectorTables.Create(_folder[name], 0, format, rows[0].Length))
        {
            foreach (var (row, vector) in rows.Index())
                writer.Append(row, vector);
            writer.Complete();
        }
        return VectorFolder.Open(_folder[name], 0);
    }
}
