using Attribution.Contracts;
using Attribution.Diagnostics;

namespace Attribution.Selection;

/// <summary>
/// How a training row is scored against an evaluation set. With <c>n(v) = v / max(|v|, 1e-6)</c>, evaluation vectors E, training vectors R, and control vectors
/// C of the evaluation set.
/// </summary>
public enum ScoringMethod
{
    /// <summary><c>cos_sim</c>: <c>&lt;n(R_i), q&gt;</c>, <c>q = n(mean_j n(E_j))</c>.</summary>
    CosSim,

    /// <summary><c>proj</c>: <c>mean_j &lt;R_i, n(E_j)&gt;</c>.</summary>
    Proj,

    /// <summary><c>dot_product</c>: <c>mean_j &lt;R_i, E_j&gt;</c>.</summary>
    DotProduct,

    /// <summary><c>cos_sim_debias_eval</c>: cos_sim with the direction <c>c = n(mean n(C_j))</c> projected out of every E_j.</summary>
    CosSimDebiasEval,

    /// <summary><c>cos_sim_debias_train</c>: cos_sim with the direction <c>r = n(mean n(R_i))</c> projected out of every n(R_i).</summary>
    CosSimDebiasTrain,

    /// <summary>
    /// <c>trak_full</c>: <c>mean_j E_j^T (R^T R + lambda I)^-1 R_i</c>, where lambda is <see cref="WhiteningOptions.Damping"/> times the mean eigenvalue of
    /// <c>R^T R</c> (TRAK, arXiv 2303.14186, with one checkpoint and without its Q).
    /// </summary>
    TrakFull,

    /// <summary>
    /// <c>trackstar</c>: <c>mean_j cos(S^-1/2 R_i, S^-1/2 E_j)</c> with the second moments <c>S = (1 - m) R^T R / N + m E^T E / M</c>, damped like those of
    /// <c>trak_full</c>, where m is <see cref="WhiteningOptions.Mixture"/> (arXiv 2410.17413).
    /// </summary>
    TrackStar,

    /// <summary>
    /// <c>linear</c>: the logit of <c>n(R_i)</c> under a linear classifier trained to tell E from C, both normalized
    /// (<see cref="Probes.ProbeOptions.Linear"/>). Experimental in the original pipeline.
    /// </summary>
    Linear,

    /// <summary><c>mlp</c>: the same with two hidden layers (<see cref="Probes.ProbeOptions.Mlp"/>).</summary>
    Mlp,
}

/// <summary>The names of <see cref="ScoringMethod"/> in experiments.</summary>
public static class ScoringMethods
{
    private static readonly (ScoringMethod Method, string Name)[] Names =
    [
        (ScoringMethod.CosSim, ScoringMethodNames.CosSim),
        (ScoringMethod.Proj, ScoringMethodNames.Proj),
        (ScoringMethod.DotProduct, ScoringMethodNames.DotProduct),
        (ScoringMethod.CosSimDebiasEval, ScoringMethodNames.CosSimDebiasEval),
        (ScoringMethod.CosSimDebiasTrain, ScoringMethodNames.CosSimDebiasTrain),
        (ScoringMethod.TrakFull, ScoringMethodNames.TrakFull),
        (ScoringMethod.TrackStar, ScoringMethodNames.TrackStar),
        (ScoringMethod.Linear, ScoringMethodNames.Linear),
        (ScoringMethod.Mlp, ScoringMethodNames.Mlp),
    ];

    /// <summary>The method's name in experiments.</summary>
    public static string ToName(this ScoringMethod method) => Names.Single(n => n.Method == method).Name;

    /// <summary>Whether the method reads the control vectors of the evaluation set.</summary>
    public static bool ReadsControls(this ScoringMethod method) => method is ScoringMethod.CosSimDebiasEval or ScoringMethod.Linear or ScoringMethod.Mlp;

    /// <summary>Whether the method divides second moments out, and so reads <see cref="WhiteningOptions"/>.</summary>
    public static bool Whitens(this ScoringMethod method) => method is ScoringMethod.TrakFull or ScoringMethod.TrackStar;

    /// <summary>The method with this name.</summary>
    /// <exception cref="AttributionException">There is no such method; the message lists the known ones.</exception>
    public static ScoringMethod Parse(string name)
    {
        foreach (var known in Names)
            if (known.Name == name)
                return known.Method;
        throw new AttributionException(ErrorCodes.UnknownScoring,
            $"There is no scoring method '{name}'. Use one of: {string.Join(", ", Names.Select(n => n.Name))}.")
        { Property = "ScoringMethod" };
    }
}
