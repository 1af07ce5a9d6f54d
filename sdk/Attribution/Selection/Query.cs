using System.Numerics.Tensors;
using Attribution.Data.Vectors;
using Attribution.Diagnostics;
using Attribution.Selection.Scoring;

namespace Attribution.Selection;

/// <summary>
/// What an evaluation set looks for, boiled down to vectors of the model's width, so that scoring is one pass over the training vectors
/// (two for <c>cos_sim_debias_train</c>) and no N x M matrix exists.
/// </summary>
public sealed class Query
{
    private Query(ScoringMethod method, double[] direction, long rows, long skipped, IReadOnlyDictionary<string, string> metadata)
    {
        (Method, RowCount, SkippedCount, Metadata) = (method, rows, skipped, metadata);
        Length = TensorPrimitives.Norm<double>(direction);
        Direction = new double[direction.Length];
        if (Length > 0)
            TensorPrimitives.Divide(direction, Length, Direction);
    }

    /// <summary>How rows are scored.</summary>
    public ScoringMethod Method { get; }

    /// <summary>How many evaluation vectors are in it.</summary>
    public long RowCount { get; }

    /// <summary>How many evaluation vectors were left out because a component was not finite (an answer that truncation cut away).</summary>
    public long SkippedCount { get; }

    /// <summary>What the evaluation vectors' table said of them; training vectors must agree in their <see cref="VectorMetadata.IdentityPrefix"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// What rows are multiplied with: of length 1, or zero, so that the float32 products stay in their range whatever the size of the evaluation vectors.
    /// </summary>
    internal double[] Direction { get; }

    /// <summary>What the products are to be multiplied with.</summary>
    internal double Length { get; }

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
            bias = Vectors.Normalized(RowMean.Of(control, Vectors.Normalized).Mean);
        }
        var (mean, rows, skipped) = RowMean.Of(evaluation, method switch
        {
            ScoringMethod.DotProduct => vector => vector,
            ScoringMethod.CosSimDebiasEval => vector => Vectors.Normalized(Vectors.Without(vector, bias!)),
            _ => Vectors.Normalized,
        });
        return new Query(method, method is ScoringMethod.Proj or ScoringMethod.DotProduct ? mean : Vectors.Normalized(mean), rows, skipped, evaluation.Metadata);
    }

    /// <summary>A query along one direction, such as a persona vector, which stands where the evaluation vectors would.</summary>
    /// <param name="method">How rows will be scored.</param>
    /// <param name="direction">[D].</param>
    public static Query Along(ScoringMethod method, ReadOnlySpan<float> direction)
    {
        var vector = Vectors.Widen(direction);
        return new Query(method, method == ScoringMethod.DotProduct ? vector : Vectors.Normalized(vector), 1, 0, VectorMetadata.None);
    }

    /// <summary>Scores every training row.</summary>
    /// <param name="train">R, [N, D].</param>
    /// <returns>The rows' indices and float32 scores, in their order; NaN for a vector that is zero or not finite.</returns>
    /// <exception cref="AttributionException">The training vectors have another width, or were projected differently.</exception>
    public IReadOnlyList<ScoredRow> Score(IVectorSource train) => Score([this], train)[0];

    /// <summary>Scores every training row for several queries in one pass over the training vectors.</summary>
    /// <param name="queries">At least one.</param>
    /// <param name="train">R, [N, D].</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <returns>For each query what <see cref="Score(IVectorSource)"/> gives, number for number.</returns>
    /// <exception cref="AttributionException">As for <see cref="Score(IVectorSource)"/>.</exception>
    public static IReadOnlyList<IReadOnlyList<ScoredRow>> Score(IReadOnlyList<Query> queries, IVectorSource train, CancellationToken cancellation = default) =>
        ScoringPass.Run(queries, train, cancellation);

    /// <summary>The score of a row that has one, from its dot product with <see cref="Direction"/> and its length.</summary>
    internal double Finish(double dot, double norm) => Method is ScoringMethod.Proj or ScoringMethod.DotProduct
        ? dot * Length
        : dot * Length / Math.Max(norm, Vectors.Epsilon);
}
