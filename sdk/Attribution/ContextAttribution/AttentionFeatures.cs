using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>
/// Attention as features: the weight, in the un-ablated pass, of every head of every block from the position that predicts a target token to
/// every source, averaged over a unit's tokens and summed over a source's.
/// </summary>
public static class AttentionFeatures
{
    /// <summary><c>f[u, s, block * heads + head]</c>, [U, S, F].</summary>
    public static float[] Compute(Transformer model, AttributionTask task, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary><c>sum_s (2 mask[m, s] - 1) f[u, s]</c>, [U, M, F], without ever forming f for all blocks at once.</summary>
    public static float[] OfMasks(Transformer model, AttributionTask task, AblationMasks masks, CancellationToken cancellation = default) => throw new NotImplementedException();
}
