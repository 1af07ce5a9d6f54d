using System.Numerics.Tensors;
using Attribution.Diagnostics;

namespace Attribution.Selection.Scoring;

/// <summary>Means over the rows of a table, in float64.</summary>
internal static class RowMean
{
    /// <summary><c>mean_i n(R_i)</c> over the rows that have a score.</summary>
    public static double[] Normalized(IVectorSource source, CancellationToken cancellation = default) =>
        Of(source, Vectors.Normalized, skipZero: true, cancellation).Mean;

    /// <summary>The mean of the rows after <paramref name="map"/>, without rows that are not finite.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.NoVectors"/>: no row is left.</exception>
    public static (double[] Mean, long Rows, long Skipped) Of(IVectorSource source, Func<double[], double[]> map, bool skipZero = false,
        CancellationToken cancellation = default)
    {
        double[]? sum = null;
        long rows = 0, skipped = 0;
        source.Read((_, vector) =>
        {
            cancellation.ThrowIfCancellationRequested();
            sum ??= new double[vector.Length];
            var wide = Vectors.Widen(vector);
            var norm = TensorPrimitives.Norm<double>(wide);
            if (!double.IsFinite(norm) || (skipZero && norm == 0))
            {
                skipped++;
                return;
            }
            rows++;
            TensorPrimitives.Add(sum, map(wide), sum);
        });
        if (sum is null || rows == 0)
            throw NothingIn(source, skipped);
        TensorPrimitives.Divide(sum, rows, sum);
        return (sum, rows, skipped);
    }

    internal static AttributionException NothingIn(IVectorSource source, long skipped) => new(ErrorCodes.NoVectors,
        $"{source.Name} holds no vector with finite numbers ({skipped} rows), so there is nothing to compare with. "
        + "Rows whose answer is cut away by truncation have none: raise MaxTokens or shorten the prompts.");
}
