using Attribution.Models;
using static TorchSharp.torch;

namespace Attribution.Methods.Projections;

/// <summary>
/// A random linear map P of the gradients of a model's matrices, taken together, to <see cref="ProjectionIdentity.Dimension"/> numbers, with <c>E[&lt;P a, P
/// b&gt;] = &lt;a, b&gt;</c>. One example's gradient for a matrix is <c>W' = sum_t g[t] x[t]^T</c>, with g the loss's gradient with respect to the matrix's
/// output and x its input. P depends only on the seed and on the matrices' names and shapes.
/// </summary>
internal abstract class GradientProjection : IDisposable
{
    /// <summary>Creates the projection of an identity for one model.</summary>
    public static GradientProjection Of(ProjectionIdentity identity, ScalarType dtype, Device device) => identity.Kind switch
    {
        ProjectionKind.Kronecker => new KroneckerProjection(identity, dtype, device),
        ProjectionKind.Sparse => new SparseProjection(identity),
        _ => throw new ArgumentOutOfRangeException(nameof(identity)),
    };

    /// <summary>The part of a matrix's input <c>[N, in]</c> that <see cref="Add"/> will need; belongs to the current dispose scope.</summary>
    public abstract Tensor Keep(Linear linear, Tensor input);

    /// <summary>Adds a matrix's part to the vectors of a batch.</summary>
    /// <param name="linear">The matrix.</param>
    /// <param name="kept">The result of <see cref="Keep"/>.</param>
    /// <param name="gradient">The gradient with respect to its output, <c>[N, out]</c>.</param>
    /// <param name="spans">The first row and the number of rows of each of the B examples.</param>
    /// <param name="vectors">The vectors to add to, float32 <c>[B, dimension]</c> on the model's device.</param>
    public abstract void Add(Linear linear, Tensor kept, Tensor gradient, (long Start, long Length)[] spans, Tensor vectors);

    public abstract void Dispose();
}
