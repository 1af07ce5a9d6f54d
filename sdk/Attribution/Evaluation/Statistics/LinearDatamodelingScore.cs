using System.Numerics.Tensors;

namespace Attribution.Evaluation.Statistics;

/// <summary>
/// The linear datamodelling score, LDS (arXiv 2303.14186). A model is trained on each of m subsets S_j of the training rows, and y_j is the result, for example
/// minus the loss on an evaluation set. Scores tau_i of the rows predict <c>g_j = sum of tau_i over i in S_j</c>. The LDS is Spearman's correlation of g and y.
/// </summary>
public static class LinearDatamodelingScore
{
    // A mean over rows needs as many correlations per resample as there are rows.
    private const int DrawsOfMeans = 1_000;

    /// <summary>The predictions of scores for each subset.</summary>
    /// <param name="subsets">The rows of each subset, [m].</param>
    /// <param name="scores">tau, by row index; a row without a finite score adds nothing.</param>
    /// <returns>g, [m].</returns>
    public static double[] Predict(IReadOnlyList<IReadOnlyList<long>> subsets, IReadOnlyDictionary<long, double> scores) =>
        [.. subsets.Select(subset => subset.Sum(row => scores.TryGetValue(row, out var score) && double.IsFinite(score) ? score : 0))];

    /// <summary>The LDS, with a bootstrap interval over subsets.</summary>
    /// <param name="predicted">g, [m].</param>
    /// <param name="outputs">y, [m].</param>
    public static Interval Of(IReadOnlyList<double> predicted, IReadOnlyList<double> outputs)
    {
        var (g, y) = Pair(predicted, outputs);
        return Bootstrap.Of(outputs.Count, drawn => Spearman(g, y, drawn));
    }

    /// <summary>The mean of the LDS of several evaluation rows, each with its own outputs and predictions, with a bootstrap interval over subsets.</summary>
    /// <param name="predicted">g of each row, [M][m].</param>
    /// <param name="outputs">y of each row, [M][m].</param>
    public static Interval MeanOf(IReadOnlyList<IReadOnlyList<double>> predicted, IReadOnlyList<IReadOnlyList<double>> outputs)
    {
        if (predicted.Count != outputs.Count)
            throw new ArgumentException($"there are predictions of {predicted.Count} rows and outputs of {outputs.Count}", nameof(outputs));
        var pairs = predicted.Zip(outputs, Pair).ToArray();
        return pairs.Length == 0 ? new Interval(double.NaN, double.NaN, double.NaN)
            : Bootstrap.Of(outputs[0].Count, drawn => pairs.Average(pair => Spearman(pair.G, pair.Y, drawn)), DrawsOfMeans);
    }

    /// <summary>The LDS of one method minus that of another on the same subsets.</summary>
    /// <param name="first">g of the first method, [m].</param>
    /// <param name="second">g of the second method, [m].</param>
    /// <param name="outputs">y, [m].</param>
    public static Interval Difference(IReadOnlyList<double> first, IReadOnlyList<double> second, IReadOnlyList<double> outputs)
    {
        var ((a, y), (b, _)) = (Pair(first, outputs), Pair(second, outputs));
        return Bootstrap.Of(outputs.Count, drawn => Spearman(a, y, drawn) - Spearman(b, y, drawn));
    }

    private static (Ranking G, Ranking Y) Pair(IReadOnlyList<double> predicted, IReadOnlyList<double> outputs) => predicted.Count == outputs.Count
        ? (new(predicted), new(outputs))
        : throw new ArgumentException($"there are predictions of {predicted.Count} subsets and outputs of {outputs.Count}", nameof(outputs));

    /// <summary>
    /// Spearman's correlation of the items at the given positions: Pearson's correlation of their mid-ranks. 0 if all predictions are equal, NaN if all outputs
    /// are.
    /// </summary>
    private static double Spearman(Ranking predicted, Ranking outputs, int[] places)
    {
        var (a, b) = (predicted.Of(places), outputs.Of(places));
        var mean = (places.Length + 1) / 2.0;
        TensorPrimitives.Subtract<double>(a, mean, a);
        TensorPrimitives.Subtract<double>(b, mean, b);
        var (lengthA, lengthB) = (TensorPrimitives.Norm<double>(a), TensorPrimitives.Norm<double>(b));
        return lengthB == 0 ? double.NaN : lengthA == 0 ? 0 : TensorPrimitives.Dot<double>(a, b) / (lengthA * lengthB);
    }

    /// <summary>Ranks items that are drawn from the same values many times: the values are sorted once.</summary>
    private sealed class Ranking
    {
        private readonly int[] _places;
        private readonly int _count;

        /// <summary>Ranks these values.</summary>
        public Ranking(IReadOnlyList<double> values)
        {
            var different = values.Distinct().Order().ToArray();
            (_places, _count) = ([.. values.Select(value => Array.BinarySearch(different, value))], different.Length);
        }

        /// <summary>The ranks of the values at the given positions among each other, from 1; equal values get the mean of their ranks.</summary>
        public double[] Of(int[] drawn)
        {
            Span<int> times = _count <= 1_024 ? stackalloc int[_count] : new int[_count];
            times.Clear();
            foreach (var item in drawn)
                times[_places[item]]++;
            // From how often each value was drawn to the sum of its first and last rank.
            var before = 0;
            foreach (ref var value in times)
                (before, value) = (before + value, (2 * before) + value + 1);
            var ranks = new double[drawn.Length];
            for (var i = 0; i < drawn.Length; i++)
                ranks[i] = times[_places[drawn[i]]] / 2.0;
            return ranks;
        }
    }
}
