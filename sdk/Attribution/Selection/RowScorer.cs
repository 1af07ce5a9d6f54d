using System.Numerics.Tensors;
using Attribution.Diagnostics;
using Attribution.Selection.Probes;
using Attribution.Selection.Scoring;

namespace Attribution.Selection;

/// <summary>
/// Scores training rows for one evaluation set. Creating a scorer reduces the set to a direction (or a probe) of the vectors' width, so scoring is one pass
/// over the training vectors (two for <c>cos_sim_debias_train</c>), and no N x M matrix exists.
/// </summary>
public sealed class RowScorer
{
    private RowScorer(ScoringMethod method, double[] direction, long rows, long skipped)
    {
        (Method, RowCount, SkippedCount) = (method, rows, skipped);
        Length = TensorPrimitives.Norm<double>(direction);
        Direction = new double[direction.Length];
        if (Length > 0)
            TensorPrimitives.Divide(direction, Length, Direction);
    }

    private RowScorer(ScoringMethod method, Probe probe)
        : this(method, probe.Layers is [var only] ? Vectors.Widen(only.Weights) : [], probe.Fit.Rows, probe.Fit.Skipped) =>
        (Probe, Offset) = (probe, probe.Layers[^1].Bias[0]);

    private RowScorer(ScoringMethod method, IReadOnlyList<double[]> evaluation, long skipped, WhiteningOptions whitening,
        IReadOnlyList<double[]>? moments = null)
        : this(method, new double[evaluation[0].Length], evaluation.Count, skipped) =>
        (Evaluation, EvaluationMoments, Whitening) = (evaluation, moments ?? evaluation, whitening);

    /// <summary>The scoring method.</summary>
    public ScoringMethod Method { get; }

    /// <summary>The number of evaluation vectors that were used.</summary>
    public long RowCount { get; }

    /// <summary>The number of evaluation vectors that were left out because a component was not finite (truncation cut the answer away).</summary>
    public long SkippedCount { get; }

    /// <summary>The probe of <see cref="ScoringMethod.Linear"/> and <see cref="ScoringMethod.Mlp"/>; null for other methods.</summary>
    public Probe? Probe { get; }

    /// <summary>Whether a score needs more than a dot product, as for a probe with hidden layers.</summary>
    internal bool IsDeep => Probe is { Layers.Count: > 1 };

    /// <summary>D, the width of the vectors.</summary>
    internal int Dimension => Probe?.Dimension ?? Direction.Length;

    /// <summary>
    /// The direction that rows are multiplied with. It has length 1, or is zero, so that the float32 products stay in range whatever the size of the evaluation
    /// vectors.
    /// </summary>
    internal double[] Direction { get; }

    /// <summary>The factor of the products.</summary>
    internal double Length { get; }

    /// <summary>Of methods that whiten: the evaluation vectors.</summary>
    internal IReadOnlyList<double[]> Evaluation { get; } = [];

    /// <summary>Of methods that whiten: the vectors whose second moments are the evaluation's share.</summary>
    internal IReadOnlyList<double[]> EvaluationMoments { get; } = [];

    /// <summary>How second moments are taken out; null for other methods.</summary>
    internal WhiteningOptions? Whitening { get; }

    /// <summary>The number added to the score: a linear probe's bias.</summary>
    private double Offset { get; }

    /// <summary>Creates a scorer from evaluation vectors.</summary>
    /// <param name="method">The scoring method.</param>
    /// <param name="evaluation">E, [M, D].</param>
    /// <param name="control">C, the control vectors of the evaluation set; read only if <see cref="ScoringMethods.ReadsControls"/> is true of the
    /// method.</param>
    /// <param name="seed">The seed of a probe's training.</param>
    /// <param name="whitening">The options of <c>trak_full</c> and <c>trackstar</c>; the defaults unless given.</param>
    /// <param name="cancellation">Cancels the training of a probe.</param>
    /// <exception cref="AttributionException">There are no finite vectors, or they are all zero or cancel out; there are no control vectors although they are
    /// needed, or too few pairs for a probe; or an option is out of range.</exception>
    public static RowScorer From(ScoringMethod method, IVectorSource evaluation, IVectorSource? control = null, long seed = 0,
        WhiteningOptions? whitening = null, CancellationToken cancellation = default)
    {
        if (method.ReadsControls() && control is null)
            throw new AttributionException(ErrorCodes.ControlVectorsMissing,
                $"{method.ToName()} reads the vectors of the evaluation set's controls, and none were given. Use an evaluation set with control_messages, "
                    + "or another scoring method.")
            { Property = "ScoringMethod" };
        if (method is ScoringMethod.Linear or ScoringMethod.Mlp)
            return Of(method, Probe.Train((method == ScoringMethod.Linear ? ProbeOptions.Linear : ProbeOptions.Mlp) with { Seed = seed }, evaluation, control!,
                cancellation));
        if (method.Whitens())
            return OfSecondMoments(method, evaluation, whitening ?? new(), cancellation);
        var scorer = OfMean(method, evaluation, control);
        return scorer.Length > 0 ? scorer : throw new AttributionException(ErrorCodes.NoVectors,
            $"The {scorer.RowCount} evaluation vectors of {evaluation.Name} are all zero, or cancel out, so every training row would have the same score. "
                + "Vectors of differences are zero if controls equal their treatments; gradients are zero if an answer has only one token.");
    }

    private static RowScorer OfMean(ScoringMethod method, IVectorSource evaluation, IVectorSource? control)
    {
        var bias = method == ScoringMethod.CosSimDebiasEval ? Vectors.Normalized(RowMean.Of(control!, Vectors.Normalized).Mean) : null;
        var (mean, rows, skipped) = RowMean.Of(evaluation, method switch
        {
            ScoringMethod.DotProduct => vector => vector,
            ScoringMethod.CosSimDebiasEval => vector => Vectors.Normalized(Vectors.Without(vector, bias!)),
            _ => Vectors.Normalized,
        });
        return new RowScorer(method, method is ScoringMethod.Proj or ScoringMethod.DotProduct ? mean : Vectors.Normalized(mean), rows, skipped);
    }

    private static RowScorer OfSecondMoments(ScoringMethod method, IVectorSource evaluation, WhiteningOptions options, CancellationToken cancellation)
    {
        options.Validate();
        var (vectors, skipped) = (new List<double[]>(), 0L);
        evaluation.Read((_, vector) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var wide = Vectors.Widen(vector);
            if (TensorPrimitives.Norm<double>(wide) is > 0 and < double.PositiveInfinity)
                vectors.Add(wide);
            else
                skipped++;
        });
        return vectors.Count > 0 ? new(method, vectors, skipped, options) : throw RowMean.NothingIn(evaluation, skipped);
    }

    /// <summary>
    /// Scores by each evaluation vector alone: of a method whose score is a mean over them, that mean's parts. The second moments of <c>trackstar</c>, where
    /// evaluation vectors count in them, are those of the whole set, for every row the same.
    /// </summary>
    /// <param name="method">How rows will be scored, by no probe.</param>
    /// <param name="evaluation">E, [M, D].</param>
    /// <param name="control">C, as of <see cref="From"/>.</param>
    /// <param name="whitening">Of <c>trak_full</c> and <c>trackstar</c>; their defaults if left out.</param>
    /// <returns>The index of each evaluation row that has a finite vector other than zero, and its scorer.</returns>
    internal static IReadOnlyList<(long Index, RowScorer Scorer)> OfEach(ScoringMethod method, IVectorSource evaluation, IVectorSource? control = null,
        WhiteningOptions? whitening = null)
    {
        var rows = new List<(long Index, float[] Vector)>();
        evaluation.Read((index, vector) => rows.Add((index, vector.ToArray())));
        var finite = rows.Where(row => row.Vector.All(float.IsFinite)).ToArray();
        if (!method.Whitens())
            return [.. finite.Select(row => (row.Index, Scorer: OfMean(method, new MemoryVectors(row.Vector), control))).Where(row => row.Scorer.Length > 0)];
        var options = whitening ?? new();
        options.Validate();
        (long Index, double[] Vector)[] wide = [.. finite.Select(row => (row.Index, Vectors.Widen(row.Vector)))
            .Where(row => TensorPrimitives.Norm<double>(row.Item2) > 0)];
        double[][] moments = [.. wide.Select(row => row.Vector)];
        return [.. wide.Select(row => (row.Index, new RowScorer(method, [row.Vector], 0, options, moments)))];
    }

    /// <summary>Scores by a probe that has been trained.</summary>
    /// <param name="method"><see cref="ScoringMethod.Linear"/> or <see cref="ScoringMethod.Mlp"/>.</param>
    /// <param name="probe">The probe.</param>
    public static RowScorer Of(ScoringMethod method, Probe probe) => new(method, probe);

    /// <summary>Creates a scorer from one direction, for example a persona vector, in place of evaluation vectors.</summary>
    /// <param name="method">The scoring method.</param>
    /// <param name="direction">The direction, [D].</param>
    /// <exception cref="AttributionException">The method is a probe, which cannot be trained on one direction; or the direction is zero.</exception>
    public static RowScorer Along(ScoringMethod method, ReadOnlySpan<float> direction)
    {
        if (method.Whitens())
            return new(method, [Vectors.Widen(direction)], 0, new());
        if (method is ScoringMethod.Linear or ScoringMethod.Mlp)
            throw new AttributionException(ErrorCodes.ControlVectorsMissing,
                $"{method.ToName()} is trained on an evaluation set's vectors and those of its controls, and a single direction such as a persona "
                    + "vector has neither. Use cos_sim.")
            { Property = "ScoringMethod" };
        var vector = Vectors.Widen(direction);
        if (TensorPrimitives.Norm<double>(vector) == 0)
            throw new AttributionException(ErrorCodes.NoVectors,
                "The direction is zero, so every training row would have the same score. A persona vector is zero if the model answers alike with and without "
                    + "the instruction to show the trait.");
        return new RowScorer(method, method == ScoringMethod.DotProduct ? vector : Vectors.Normalized(vector), 1, 0);
    }

    /// <summary>Scores every training row.</summary>
    /// <param name="train">R, [N, D].</param>
    /// <returns>The rows' indices and float32 scores, in row order; NaN for a vector that is zero or not finite.</returns>
    /// <exception cref="AttributionException">The training vectors have a different width.</exception>
    public IReadOnlyList<ScoredRow> Score(IVectorSource train) => Score([this], train)[0];

    /// <summary>Scores every training row for several scorers in one pass over the training vectors.</summary>
    /// <param name="scorers">The scorers, at least one.</param>
    /// <param name="train">R, [N, D].</param>
    /// <param name="cancellation">Checked between blocks.</param>
    /// <returns>For each scorer, exactly the result of <see cref="Score(IVectorSource)"/>.</returns>
    /// <exception cref="AttributionException">As for <see cref="Score(IVectorSource)"/>.</exception>
    public static IReadOnlyList<IReadOnlyList<ScoredRow>> Score(IReadOnlyList<RowScorer> scorers, IVectorSource train,
        CancellationToken cancellation = default) =>
        ScoringPass.Run(scorers, train, cancellation);

    /// <summary>The score of a row, from its norm and its dot product with <see cref="Direction"/>.</summary>
    internal double Finish(double dot, double norm) => Method is ScoringMethod.Proj or ScoringMethod.DotProduct
        ? dot * Length
        : dot * Length / Math.Max(norm, Vectors.Epsilon) + Offset;
}
