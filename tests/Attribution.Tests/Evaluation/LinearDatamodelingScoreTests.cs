using Attribution.Evaluation.Statistics;
using Attribution.Models;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Attribution.Tests.Evaluation;

public sealed class LinearDatamodelingScoreTests
{
    /// <summary>
    /// Ridge regression, solved anew on each subset: y_j is minus the squared error at a test point. The influence of a row, which the whole set's solution
    /// gives by hand, foretells it; random scores do not.
    /// </summary>
    [Fact]
    public void Exact_influence_foretells_a_planted_linear_problem_and_random_scores_do_not()
    {
        const int rows = 120, width = 6, count = 200;
        const double penalty = 1;
        var random = SeededRandom.Named(5, "ridge");
        var inputs = Matrix<double>.Build.Dense(rows, width, (_, _) => Normal());
        var truth = Vector<double>.Build.Dense(width, _ => Normal());
        var targets = inputs * truth + Vector<double>.Build.Dense(rows, _ => Normal());
        var (point, value) = (Vector<double>.Build.Dense(width, _ => Normal()), 3.0);
        long[][] subsets = [.. Enumerable.Range(0, count).Select(_ =>
            Enumerable.Range(0, rows).Where(_ => random.NextDouble() < 0.5).Select(i => (long)i).ToArray())];
        double[] outputs = [.. subsets.Select(subset => -Math.Pow(point * Solve([.. subset.Select(i => (int)i)]) - value, 2))];

        // d(-(x w - v)^2) / d(weight of row i) = -2 (x w - v) x (X'X + penalty)^-1 x_i (t_i - x_i w), the whole set's w; each subset has half of it.
        var hessian = inputs.TransposeThisAndMultiply(inputs) + Matrix<double>.Build.DenseIdentity(width) * penalty;
        var weights = Solve([.. Enumerable.Range(0, rows)]);
        var towards = hessian.Solve(point) * (-2 * (point * weights - value));
        var influence = Enumerable.Range(0, rows).ToDictionary(i => (long)i, i => towards * inputs.Row(i) * (targets[i] - inputs.Row(i) * weights));
        var exact = LinearDatamodelingScore.Of(LinearDatamodelingScore.Predict(subsets, influence), outputs);
        exact.Estimate.ShouldBeGreaterThan(0.9);
        exact.Lower.ShouldBeGreaterThan(0.85);

        double[] drawn = [.. Enumerable.Range(0, 50).Select(_ => LinearDatamodelingScore.Predict(subsets, influence.ToDictionary(r => r.Key, _ => Normal())))
            .Select(predicted => Correlation.Spearman(predicted, outputs))];
        // The standard error of one is 1 / sqrt(m - 1), and that of their mean 7 times less.
        drawn.Average().ShouldBe(0, 4 / Math.Sqrt(50.0 * (count - 1)));
        var chance = LinearDatamodelingScore.Predict(subsets, influence.ToDictionary(r => r.Key, _ => Normal()));
        LinearDatamodelingScore.Difference(LinearDatamodelingScore.Predict(subsets, influence), chance, outputs).ExcludesZero.ShouldBeTrue();

        Vector<double> Solve(int[] chosen)
        {
            var (x, y) = (Matrix<double>.Build.DenseOfRowVectors(chosen.Select(inputs.Row)),
                Vector<double>.Build.DenseOfEnumerable(chosen.Select(i => targets[i])));
            return (x.TransposeThisAndMultiply(x) + Matrix<double>.Build.DenseIdentity(width) * penalty).Solve(x.TransposeThisAndMultiply(y));
        }

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    [Fact]
    public void It_is_the_spearman_correlation_with_mid_ranks_and_the_mean_over_rows_is_one_of_them()
    {
        double[] predicted = [3, 1, 1, 2, 5, 5, 4], outputs = [0.3, 0.1, 0.2, 0.2, 0.9, 0.7, 0.5];
        LinearDatamodelingScore.Of(predicted, outputs).Estimate.ShouldBe(Correlation.Spearman(predicted, outputs), 1e-12);
        double[] other = [.. outputs.Reverse()];
        LinearDatamodelingScore.MeanOf([predicted, predicted], [outputs, other]).Estimate.ShouldBe(
            (Correlation.Spearman(predicted, outputs) + Correlation.Spearman(predicted, other)) / 2, 1e-12);
        LinearDatamodelingScore.Of([1, 1, 1, 1], [1, 2, 3, 4]).Estimate.ShouldBe(0, "the scores say nothing");
        double.IsNaN(LinearDatamodelingScore.Of([1, 2, 3, 4], [1, 1, 1, 1]).Estimate).ShouldBeTrue("nothing came of it");
        LinearDatamodelingScore.Predict([[0, 2], [1], []], new Dictionary<long, double> { [0] = 1, [1] = double.NaN, [2] = 3 }).ShouldBe([4.0, 0, 0]);
        Should.Throw<ArgumentException>(() => LinearDatamodelingScore.Of([1, 2], [1]));
    }
}
