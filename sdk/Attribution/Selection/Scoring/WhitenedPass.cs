using Attribution.Diagnostics;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Selection.Scoring;

/// <summary>
/// Scores with inverse second moments, in float64: <c>trak_full</c> (arXiv 2303.14186) and <c>trackstar</c> (arXiv 2410.17413). The training vectors are read
/// once for their second moments, whatever the number of scorers, and once for the scores. With a Cholesky factor <c>R = L L^T</c>, the vectors <c>L^-1 phi</c>
/// have the same inner products as <c>R^-1/2 phi</c>, so no eigenvectors are computed.
/// </summary>
internal static class WhitenedPass
{
    private const int BatchRows = 256;

    /// <summary>Scores every row.</summary>
    /// <returns>For each scorer, the rows and their scores, in the table's order; NaN for a vector that is zero or not finite.</returns>
    /// <exception cref="AttributionException">The widths differ, no row has a vector, or the second moments have no inverse.</exception>
    public static IReadOnlyList<IReadOnlyList<ScoredRow>> Run(IReadOnlyList<RowScorer> scorers, IVectorSource train, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var dimension = scorers[0].Dimension;
        var (moments, rows) = SecondMoments(train, dimension, cancellation); // sum phi phi^T, [D, D]
        if (rows == 0)
            throw new AttributionException(ErrorCodes.NoVectors,
                $"{train.Name} holds no vector with finite numbers, so there is nothing to score. Compute the vectors again.");
        // Without evaluation vectors in it, one factor serves all scorers of a damping; a factor of n R serves as well as one of R.
        var factors = new Dictionary<(double Damping, double Mixture, IReadOnlyList<double[]>? Of), CholeskyFactor>();
        Whitened[] whitened = [.. scorers.Select(scorer =>
        {
            var (damping, mixture) = (scorer.Whitening!.Damping, scorer.Method == ScoringMethod.TrackStar ? scorer.Whitening.Mixture : 0);
            var key = (damping, mixture, mixture == 0 ? null : scorer.EvaluationMoments);
            if (!factors.TryGetValue(key, out var factor))
                factors.Add(key, factor = Factor(mixture == 0 ? moments : Mixed(moments, rows, Matrix(scorer.EvaluationMoments), mixture), damping, train));
            return new Whitened(scorer.Method, factor, Matrix(scorer.Evaluation));
        })];
        var scores = scorers.Select(_ => new List<ScoredRow>()).ToArray();
        ForBatches(train, dimension, cancellation, (indices, hasVector, batch) =>
        {
            var behind = whitened.Where(w => w.NeedsLength).Select(w => w.Factor).Distinct().ToDictionary(factor => factor, factor => factor.Whiten(batch));
            foreach (var (at, scorer) in whitened.Index())
            {
                var values = scorer.Score(batch, behind.GetValueOrDefault(scorer.Factor)).data<double>();
                for (var row = 0; row < indices.Count; row++)
                    scores[at].Add(new ScoredRow(indices[row], hasVector[row] ? (float)values[row] : float.NaN));
            }
        });
        return scores;

        Tensor Matrix(IReadOnlyList<double[]> vectors) => tensor(vectors.SelectMany(v => v).ToArray(), [vectors.Count, dimension]); // [M, D]
    }

    // (1 - m) sum phi phi^T / N + m sum psi psi^T / M
    private static Tensor Mixed(Tensor moments, long rows, Tensor evaluation, double mixture)
    {
        using var trained = Scalars.Held((1 - mixture) / rows);
        using var evaluated = Scalars.Held(mixture / evaluation.shape[0]);
        return moments.mul(trained).add_(evaluation.t().mm(evaluation), evaluated);
    }

    // L of the moments plus a multiple of their mean eigenvalue (the trace over D) on the diagonal.
    private static CholeskyFactor Factor(Tensor moments, double damping, IVectorSource train)
    {
        using var added = Scalars.Held(damping * moments.trace().item<double>() / moments.shape[0]);
        using var damped = moments.clone();
        damped.diagonal().add_(ones(1, float64), added);
        var (lower, info) = linalg.cholesky_ex(damped);
        return info.item<int>() == 0 ? new(lower) : throw new AttributionException(ErrorCodes.WhiteningInvalid,
            $"The second moments of {train.Name} have no inverse with ScoringDamping {damping}: there are fewer rows than numbers in a vector, or they "
                + "are all alike. Set it to 0.1, or raise it.")
        { Property = "ScoringDamping" };
    }

    private static (Tensor Sum, long Rows) SecondMoments(IVectorSource source, int dimension, CancellationToken cancellation)
    {
        var (sum, rows) = (zeros([dimension, dimension], float64), 0L);
        ForBatches(source, dimension, cancellation, (_, hasVector, batch) =>
        {
            rows += hasVector.LongCount(has => has);
            sum.addmm_(batch.t(), batch);
        });
        return (sum, rows);
    }

    // Visits batches of one size in order, so that the sums do not depend on how the table is read: [256, D] float64, with zeros for rows without a vector.
    private static void ForBatches(IVectorSource source, int dimension, CancellationToken cancellation, Action<IReadOnlyList<long>, IReadOnlyList<bool>,
        Tensor> visit)
    {
        var (numbers, indices, hasVector) = (new double[BatchRows * dimension], new List<long>(BatchRows), new List<bool>(BatchRows));
        source.Read((index, vector) =>
        {
            ScoringPass.RequireWidth(vector.Length, dimension, source);
            var target = numbers.AsSpan(indices.Count * dimension, dimension);
            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(vector, target);
            var norm = System.Numerics.Tensors.TensorPrimitives.Norm<double>(target);
            hasVector.Add(norm > 0 && double.IsFinite(norm));
            if (!hasVector[^1])
                target.Clear();
            indices.Add(index);
            if (indices.Count == BatchRows)
                Flush();
        });
        if (indices.Count > 0)
            Flush();

        void Flush()
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            numbers.AsSpan(indices.Count * dimension).Clear();
            visit(indices, hasVector, tensor(numbers, [BatchRows, dimension]));
            indices.Clear();
            hasVector.Clear();
        }
    }

    /// <summary>L, [D, D]. Two are compared by reference, where tensors would be compared number by number.</summary>
    private sealed class CholeskyFactor(Tensor lower)
    {
        public Tensor Lower { get; } = lower;

        /// <summary>L^-1 phi, [256, D], and its lengths, [256].</summary>
        public (Tensor Vectors, Tensor Lengths) Whiten(Tensor batch)
        {
            var vectors = linalg.solve_triangular(Lower, batch.t(), upper: false).t().contiguous();
            return (vectors, vectors.norm(1, keepdim: false, p: 2f));
        }
    }

    /// <summary>A scorer with the second moments that it uses.</summary>
    private sealed class Whitened
    {
        private readonly Tensor _direction; // [D, 1]: the score is phi . direction; for trackstar, L^-1 phi . direction / |L^-1 phi|

        public Whitened(ScoringMethod method, CholeskyFactor factor, Tensor evaluation)
        {
            (Factor, NeedsLength) = (factor, method == ScoringMethod.TrackStar);
            var queries = linalg.solve_triangular(factor.Lower, (NeedsLength ? evaluation : evaluation.mean([0]).unsqueeze(0)).t(), upper: false); // L^-1 psi
            _direction = NeedsLength
                ? queries.div(queries.norm(0, keepdim: true, p: 2f)).mean([1]).unsqueeze(1)
                : linalg.solve_triangular(factor.Lower.t(), queries, upper: true); // (Phi^T Phi + lambda I)^-1 mean_j psi_j
        }

        public CholeskyFactor Factor { get; }

        /// <summary>Whether the score is a cosine.</summary>
        public bool NeedsLength { get; }

        /// <summary>The scores of a batch, [256] float64; NaN for a row that is zero.</summary>
        /// <param name="batch">phi, [256, D].</param>
        /// <param name="behind">L^-1 phi and its lengths, if these are needed.</param>
        public Tensor Score(Tensor batch, (Tensor Vectors, Tensor Lengths) behind) => NeedsLength
            ? behind.Vectors.mm(_direction).squeeze(1).div(behind.Lengths)
            : batch.mm(_direction).squeeze(1);
    }
}
