using System.Numerics.Tensors;
using Attribution.Diagnostics;

namespace Attribution.Selection;

/// <summary>
/// What an evaluation set looks for, boiled down to vectors of the model's width, so that scoring is one pass over the training vectors
/// (two for <c>cos_sim_debias_train</c>) and no N x M matrix exists.
/// </summary>
public sealed class Query
{
    private const double Epsilon = 1e-6;
    private readonly double[] _direction;

    private Query(ScoringMethod method, double[] direction, long rows, long skipped) =>
        (Method, _direction, RowCount, SkippedCount) = (method, direction, rows, skipped);

    /// <summary>How rows are scored.</summary>
    public ScoringMethod Method { get; }

    /// <summary>How many evaluation vectors are in it.</summary>
    public long RowCount { get; }

    /// <summary>How many evaluation vectors were left out because a component was not finite (an answer that truncation cut away).</summary>
    public long SkippedCount { get; }

    /// <summary>Reads the evaluation vectors.</summary>
    /// <param name="method">How rows will be scored.</param>
    /// <param name="evaluation">E, [M, D].</param>
    /// <param name="control">C, the evaluation set's control vectors; only <see cref="ScoringMethod.CosSimDebiasEval"/> reads them.</param>
    /// <exception cref="AttributionException">There are no finite vectors, or no control vectors where they are needed.</exception>
    public static Query From(ScoringMethod method, IVectorSource evaluation, IVectorSource? control = null)
    {
        double[]? bias = null;
        if (method == ScoringMethod.CosSimDebiasEval)
        {
            if (control is null)
                throw new AttributionException(ErrorCodes.ControlVectorsMissing,
                    "cos_sim_debias_eval takes the direction of the evaluation set's controls out of its vectors, and no control vectors were given. "
                    + "Use an evaluation set with control_messages, or another scoring method.")
                { Property = "ScoringMethod" };
            bias = Normalized(Mean(control, Normalized).Mean);
        }
        var (mean, rows, skipped) = Mean(evaluation, method switch
        {
            ScoringMethod.DotProduct => vector => vector,
            ScoringMethod.CosSimDebiasEval => vector => Normalized(Without(vector, bias!)),
            _ => Normalized,
        });
        return new Query(method, method is ScoringMethod.Proj or ScoringMethod.DotProduct ? mean : Normalized(mean), rows, skipped);
    }

    /// <summary>A query along one direction, such as a persona vector, which stands where the evaluation vectors would.</summary>
    /// <param name="method">How rows will be scored.</param>
    /// <param name="direction">[D].</param>
    public static Query Along(ScoringMethod method, ReadOnlySpan<float> direction)
    {
        var vector = Array.ConvertAll(direction.ToArray(), v => (double)v);
        return new Query(method, method == ScoringMethod.DotProduct ? vector : Normalized(vector), 1, 0);
    }

    /// <summary>Scores every training row.</summary>
    /// <param name="train">R, [N, D].</param>
    /// <returns>The rows' indices and float32 scores, in their order; NaN for a vector that is zero or not finite.</returns>
    /// <exception cref="AttributionException">The training vectors have another width.</exception>
    public IReadOnlyList<ScoredRow> Score(IVectorSource train)
    {
        var bias = Method == ScoringMethod.CosSimDebiasTrain ? Normalized(Mean(train, Normalized, skipZero: true).Mean) : null;
        var scores = new List<ScoredRow>();
        train.Read((index, vector) =>
        {
            if (vector.Length != _direction.Length)
                throw new AttributionException(ErrorCodes.VectorWidths,
                    $"The training vectors of {train.Name} have {vector.Length} components and the evaluation vectors {_direction.Length}. Compute both with one model and method family.");
            scores.Add(new ScoredRow(index, (float)Score(vector, bias)));
        });
        return scores;
    }

    private double Score(ReadOnlySpan<float> vector, double[]? bias)
    {
        var norm = Norm(vector);
        if (norm == 0 || !double.IsFinite(norm))
            return double.NaN;
        if (Method is ScoringMethod.Proj or ScoringMethod.DotProduct)
            return Dot(vector, _direction);
        if (bias is null)
            return Dot(vector, _direction) / Math.Max(norm, Epsilon);
        // r' = n(n(R) - <n(R), r> r)
        var scale = 1 / Math.Max(norm, Epsilon);
        var along = Dot(vector, bias) * scale;
        double dot = 0, square = 0;
        for (var d = 0; d < vector.Length; d++)
        {
            var rest = vector[d] * scale - along * bias[d];
            dot += rest * _direction[d];
            square += rest * rest;
        }
        return dot / Math.Max(Math.Sqrt(square), Epsilon);
    }

    private static (double[] Mean, long Rows, long Skipped) Mean(IVectorSource source, Func<double[], double[]> map, bool skipZero = false)
    {
        double[]? sum = null;
        long rows = 0, skipped = 0;
        source.Read((index, vector) =>
        {
            sum ??= new double[vector.Length];
            var norm = Norm(vector);
            if (!double.IsFinite(norm) || (skipZero && norm == 0))
            {
                skipped++;
                return;
            }
            rows++;
            TensorPrimitives.Add(sum, map(Array.ConvertAll(vector.ToArray(), v => (double)v)), sum);
        });
        if (sum is null || rows == 0)
            throw new AttributionException(ErrorCodes.NoVectors,
                $"{source.Name} holds no vector with finite numbers ({skipped} rows), so there is nothing to compare with. "
                + "Rows whose answer is cut away by truncation have none: raise MaxTokens or shorten the prompts.");
        TensorPrimitives.Divide(sum, rows, sum);
        return (sum, rows, skipped);
    }

    private static double[] Normalized(double[] vector)
    {
        var result = new double[vector.Length];
        TensorPrimitives.Divide(vector, Math.Max(TensorPrimitives.Norm(vector), Epsilon), result);
        return result;
    }

    private static double[] Without(double[] vector, double[] direction)
    {
        var along = TensorPrimitives.Dot(vector, direction);
        return [.. vector.Select((v, d) => v - along * direction[d])];
    }

    private static double Norm(ReadOnlySpan<float> vector)
    {
        double square = 0;
        foreach (var v in vector)
            square += (double)v * v;
        return Math.Sqrt(square);
    }

    private static double Dot(ReadOnlySpan<float> vector, double[] other)
    {
        double dot = 0;
        for (var d = 0; d < vector.Length; d++)
            dot += vector[d] * other[d];
        return dot;
    }
}
