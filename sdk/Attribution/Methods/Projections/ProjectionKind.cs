namespace Attribution.Methods.Projections;

/// <summary>How the gradient of a model's weights is projected to a vector.</summary>
public enum ProjectionKind
{
    /// <summary>Each matrix from both sides, so that its gradient is never formed: <see cref="KroneckerProjection"/>.</summary>
    Kronecker,

    /// <summary>Every element of every gradient to four random outputs, as the original pipeline did: <see cref="SparseProjection"/>. Many times as slow.</summary>
    Sparse,
}
