using Attribution.Models;
using static TorchSharp.torch;

namespace Attribution.Methods.Projections;

/// <summary>
/// A random linear map P of the gradients of a model's matrices, taken together, to <see cref="ProjectionIdentity.Dimension"/> numbers, with
/// <c>E[&lt;P a, P b&gt;] = &lt;a, b&gt;</c>. The gradient of one example for a matrix is <c>W' = sum_t g[t] x[t]^T</c>: g the loss's gradient at
/// the matrix's output, x the input. P depends on the seed and the matrices' names and shapes, and on nothing else.
/// </summary>
internal abstract class GradientProjection : IDisposable
{
    /// <summary>The projection of an identity, for one model.</summary>
    public static GradientProjection Of(ProjectionIdentity identity, ScalarType dtype, Device device) => identity.Kind switch
    {
        ProjectionKind.Kronecker => new KroneckerProjection(identity, dtype, device),
        ProjectionKind.Sparse => new SparseProjection(identity),
        _ => throw new ArgumentOutOfRangeException(nameof(identity)),
    };

    /// <summary>What <see cref="Add"/> will need of a matrix's input <c>[N, in]</c>; belongs to the current dispose scope.</summary>
    public abstract Tensor Keep(Linear linear, Tensor input);

    /// <summary>Adds a matrix's part to the vectors of a batch.</summary>
    /// <param name="linear">The matrix.</param>
    /// <param name="kept">What <see cref="Keep"/> returned.</param>
    /// <param name="gradient">The gradient at its output, <c>[N, out]</c>.</param>
    /// <param name="spans">The rows of each of the B examples: where they start, and how many.</param>
    /// <param name="vectors">float32 <c>[B, dimension]</c> on the model's device.</param>
    public abstract void Add(Linear linear, Tensor kept, Tensor gradient, (long Start, long Length)[] spans, Tensor vectors);

    public abstract void Dispose();
}
