namespace Attribution.ContextAttribution;

/// <summary>
/// What an estimator learns from one example: U units, M ablations, F features. <c>Features[u, m]</c> is
/// <c>sum_s (2 mask[m, s] - 1) f[u, s]</c> with the attention f of the un-ablated pass, <c>Outputs[u, m]</c> the logit of the unit's
/// probability under ablation m.
/// </summary>
/// <param name="UnitCount">U; 0 for an example that training leaves out.</param>
/// <param name="MaskCount">M.</param>
/// <param name="FeatureCount">F.</param>
/// <param name="Features">[U, M, F].</param>
/// <param name="Outputs">[U, M].</param>
public sealed record TaskFeatures(int UnitCount, int MaskCount, int FeatureCount, float[] Features, float[] Outputs);
