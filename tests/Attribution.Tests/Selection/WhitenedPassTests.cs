using Attribution.Diagnostics;
using Attribution.Selection;
using static TorchSharp.torch;

namespace Attribution.Tests.Selection;

/// <summary><c>trak_full</c> and <c>trackstar</c> against their definitions as plain loops over doubles.</summary>
public sealed class WhitenedPassTests
{
    private const int Width = 6;

    [Theory]
    [InlineData(0.1)]
    [InlineData(2)]
    public void Trak_full_is_the_product_under_the_inverse_of_the_damped_Gram_matrix(double damping)
    {
        var (train, evaluation) = (Random(300, 1), Random(5, 2));
        var gram = Sum(train, Width);
        var mean = Enumerable.Range(0, Width).Average(d => gram[d, d]); // the mean eigenvalue is the trace over D
        for (var d = 0; d < Width; d++)
            gram[d, d] += damping * mean;
        var inverse = Inverse(gram);
        var scores = Score(ScoringMethod.TrakFull, train, evaluation, new() { Damping = damping });
        for (var i = 0; i < train.Length; i++)
            ((double)scores[i].Score).ShouldBe(evaluation.Average(psi => Product(psi, inverse, train[i])), 1e-7);
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.3, 0.5)]
    [InlineData(1, 0.01)]
    public void Trackstar_is_the_mean_cosine_behind_the_inverse_root_of_the_mixed_second_moments(double mixture, double damping)
    {
        var (train, evaluation) = (Random(300, 3), Random(9, 4));
        var (r, e) = (Sum(train, Width), Sum(evaluation, Width));
        var mixed = new double[Width, Width];
        for (var i = 0; i < Width; i++)
            for (var j = 0; j < Width; j++)
                mixed[i, j] = (1 - mixture) * r[i, j] / train.Length + mixture * e[i, j] / evaluation.Length;
        var mean = Enumerable.Range(0, Width).Average(d => mixed[d, d]);
        for (var d = 0; d < Width; d++)
            mixed[d, d] += damping * mean;
        var root = InverseRoot(mixed);
        var scores = Score(ScoringMethod.TrackStar, train, evaluation, new() { Damping = damping, Mixture = mixture });
        double[] Whitened(float[] v) => [.. Enumerable.Range(0, Width).Select(i => Enumerable.Range(0, Width).Sum(j => root[i, j] * v[j]))];
        for (var i = 0; i < train.Length; i++)
            ((double)scores[i].Score).ShouldBe(evaluation.Average(psi => Cosine(Whitened(train[i]), Whitened(psi))), 1e-6);
    }

    [Theory]
    [InlineData(ScoringMethod.TrackStar, 0)]
    [InlineData(ScoringMethod.TrackStar, 0.4)]
    [InlineData(ScoringMethod.TrakFull, 0)]
    public void The_scores_are_the_mean_of_those_by_each_evaluation_row_alone(ScoringMethod method, double mixture)
    {
        var (train, evaluation) = (Random(80, 3), Random(7, 4));
        var options = new WhiteningOptions { Damping = 0.2, Mixture = mixture };
        var rows = RowScorer.OfEach(method, new MemoryVectors([.. evaluation, new float[Width], [.. evaluation[0][..^1], float.NaN]]), whitening: options);
        rows.Select(row => row.Index).ShouldBe(Enumerable.Range(0, 7).Select(i => (long)i));
        var each = RowScorer.Score([.. rows.Select(row => row.Scorer)], new MemoryVectors(train));
        var all = Score(method, train, evaluation, options);
        for (var i = 0; i < train.Length; i++)
            ((double)all[i].Score).ShouldBe(each.Average(scores => (double)scores[i].Score), 1e-6);
    }

    [Fact]
    public void Rows_without_a_vector_have_no_score_and_change_no_other()
    {
        var (train, evaluation) = (Random(20, 5), Random(3, 6));
        foreach (var method in new[] { ScoringMethod.TrakFull, ScoringMethod.TrackStar })
        {
            var plain = Score(method, train, evaluation, new());
            float[] nothing = new float[Width], broken = [.. train[0][..^1], float.NaN];
            var more = Score(method, [.. train, nothing, broken], [.. evaluation, broken], new());
            more.Take(train.Length).ShouldBe(plain);
            more.Skip(train.Length).ShouldAllBe(s => float.IsNaN(s.Score));
        }
    }

    [Fact]
    public void Several_scorers_of_several_kinds_give_what_each_gives_alone_with_any_number_of_threads()
    {
        var (train, evaluation) = (Random(700, 7, width: 200), Random(8, 8, width: 200));
        RowScorer[] scorers =
        [
            .. new[] { ScoringMethod.TrackStar, ScoringMethod.CosSim, ScoringMethod.TrakFull, ScoringMethod.DotProduct }
                .Select(method => RowScorer.From(method, new MemoryVectors(evaluation), whitening: new() { Mixture = 0.2 })),
        ];
        var alone = scorers.Select(scorer => scorer.Score(new MemoryVectors(train))).ToArray();
        var threads = get_num_threads();
        try
        {
            foreach (var count in (int[])[1, 2])
            {
                set_num_threads(count);
                var together = RowScorer.Score(scorers, new MemoryVectors(train));
                for (var i = 0; i < scorers.Length; i++)
                    together[i].ShouldBe(alone[i], $"{scorers[i].Method}, {count} threads");
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void What_cannot_be_inverted_and_options_out_of_range_are_said()
    {
        // Four rows of six numbers.
        var few = Should.Throw<AttributionException>(() => Score(ScoringMethod.TrakFull, Random(4, 9), Random(2, 10), new() { Damping = 0 }));
        (few.Code, few.Property).ShouldBe((ErrorCodes.WhiteningInvalid, "ScoringDamping"));
        few.Message.ShouldContain("fewer rows than numbers");
        Score(ScoringMethod.TrakFull, Random(4, 9), Random(2, 10), new()).ShouldAllBe(s => float.IsFinite(s.Score));
        Should.Throw<AttributionException>(() => Score(ScoringMethod.TrackStar, Random(9, 1), Random(2, 1),
            new() { Damping = -1 })).Property.ShouldBe("ScoringDamping");
        Should.Throw<AttributionException>(() => Score(ScoringMethod.TrackStar, Random(9, 1), Random(2, 1),
            new() { Mixture = 1.5 })).Property.ShouldBe("ScoringMixture");
        Should.Throw<AttributionException>(() => Score(ScoringMethod.TrackStar, [new float[Width]], Random(2, 1), new())).Code.ShouldBe(ErrorCodes.NoVectors);
        Should.Throw<AttributionException>(() => Score(ScoringMethod.TrackStar, Random(9, 1), [new float[Width]], new())).Code.ShouldBe(ErrorCodes.NoVectors);
        Should.Throw<AttributionException>(() => Score(ScoringMethod.TrakFull, Random(9, 1), Random(2, 1, width: 4),
            new())).Code.ShouldBe(ErrorCodes.VectorWidths);
    }

    private static IReadOnlyList<ScoredRow> Score(ScoringMethod method, float[][] train, float[][] evaluation, WhiteningOptions options) =>
        RowScorer.From(method, new MemoryVectors(evaluation), whitening: options).Score(new MemoryVectors(train));

    private static float[][] Random(int rows, int seed, int width = Width)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, width).Select(d => (float)((random.NextDouble() - 0.3) * (1 + d % 5))).ToArray())];
    }

    private static double[,] Sum(float[][] rows, int width)
    {
        var sum = new double[width, width];
        foreach (var row in rows)
            for (var i = 0; i < width; i++)
                for (var j = 0; j < width; j++)
                    sum[i, j] += (double)row[i] * row[j];
        return sum;
    }

    private static double Product(float[] a, double[,] m, float[] b) => a.Index().Sum(x => b.Index().Sum(y => x.Item * m[x.Index, y.Index] * y.Item));

    private static double Cosine(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));

    // Gauss and Jordan.
    private static double[,] Inverse(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var (a, inverse) = ((double[,])matrix.Clone(), new double[n, n]);
        for (var i = 0; i < n; i++)
            inverse[i, i] = 1;
        for (var column = 0; column < n; column++)
        {
            var pivot = a[column, column];
            for (var j = 0; j < n; j++)
                (a[column, j], inverse[column, j]) = (a[column, j] / pivot, inverse[column, j] / pivot);
            for (var row = 0; row < n; row++)
            {
                var factor = row == column ? 0 : a[row, column];
                for (var j = 0; j < n; j++)
                    (a[row, j], inverse[row, j]) = (a[row, j] - factor * a[column, j], inverse[row, j] - factor * inverse[column, j]);
            }
        }
        return inverse;
    }

    // Denman and Beavers: Y to the root, Z to its inverse.
    private static double[,] InverseRoot(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var (y, z) = ((double[,])matrix.Clone(), new double[n, n]);
        for (var i = 0; i < n; i++)
            z[i, i] = 1;
        for (var round = 0; round < 40; round++)
        {
            var (inverseY, inverseZ) = (Inverse(y), Inverse(z));
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++)
                    (y[i, j], z[i, j]) = ((y[i, j] + inverseZ[i, j]) / 2, (z[i, j] + inverseY[i, j]) / 2);
        }
        return z;
    }
}
