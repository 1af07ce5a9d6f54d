using System.Numerics.Tensors;

namespace Attribution.ContextAttribution.Scorers;

/// <summary>
/// Minimizes <c>|y - b - X w|^2 / (2 n) + penalty |w|_1</c> over standardized columns by cyclic coordinate descent (Friedman, Hastie and Tibshirani 2010); the
/// weights returned are those of the original columns.
/// </summary>
internal static class Lasso
{
    private const int MostSweeps = 10_000;
    private const double Tolerance = 1e-9; // of the largest change in a sweep, relative to the standard deviation of y

    /// <summary>Fits the weights, one per column; the weight of a constant column is 0.</summary>
    /// <param name="columns">X by columns, [S][n].</param>
    /// <param name="outputs">y, [n].</param>
    /// <param name="penalty">The factor of the L1 norm of the standardized columns' weights.</param>
    public static double[] Fit(double[][] columns, double[] outputs, double penalty)
    {
        var n = outputs.Length;
        var (residual, deviationY) = Standardize(outputs, divide: false);
        var scaled = columns.Select(column => Standardize(column, divide: true)).ToArray();
        var weights = new double[columns.Length];
        for (var (sweep, change) = (0, double.PositiveInfinity); sweep < MostSweeps && change > Tolerance * deviationY; sweep++)
        {
            change = 0;
            for (var s = 0; s < weights.Length; s++)
            {
                var (column, deviation) = scaled[s];
                if (deviation == 0)
                    continue;
                var slope = (TensorPrimitives.Dot<double>(column, residual) / n) + weights[s];
                var next = Math.Sign(slope) * Math.Max(0, Math.Abs(slope) - penalty);
                TensorPrimitives.MultiplyAdd<double>(column, weights[s] - next, residual, residual);
                change = Math.Max(change, Math.Abs(next - weights[s]));
                weights[s] = next;
            }
        }
        return [.. weights.Zip(scaled, (weight, column) => column.Deviation == 0 ? 0 : weight / column.Deviation)];
    }

    private static (double[] Values, double Deviation) Standardize(double[] values, bool divide)
    {
        var mean = values.Average();
        double[] centred = [.. values.Select(value => value - mean)];
        var deviation = Math.Sqrt(TensorPrimitives.SumOfSquares<double>(centred) / values.Length);
        if (divide && deviation > 0)
            TensorPrimitives.Divide<double>(centred, deviation, centred);
        return (centred, deviation);
    }
}
