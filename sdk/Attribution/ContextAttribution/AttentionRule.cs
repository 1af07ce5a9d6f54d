using Attribution.Contracts;

namespace Attribution.ContextAttribution;

/// <summary>
/// Which attention the features of AT2 are. The two differ in models with a sliding window, a scale of queries or a soft cap: Gemma, Phi-3, Mistral.
/// </summary>
public enum AttentionRule
{
    /// <summary>The model's own.</summary>
    True,

    /// <summary>
    /// What the code of AT2's authors computes, and what the estimators that they publish were trained on: the softmax of <c>q k / sqrt(d)</c> over every token
    /// before, whatever the model's sliding window and scale of queries.
    /// </summary>
    At2,
}

/// <summary>The rules by the names that projects and files have for them.</summary>
internal static class AttentionRules
{
    /// <summary>The rule of a name; the model's own attention without one.</summary>
    public static AttentionRule Of(string? name) => name == AttentionFeatureNames.At2 ? AttentionRule.At2 : AttentionRule.True;

    /// <summary>The name of a rule.</summary>
    public static string NameOf(AttentionRule rule) => rule == AttentionRule.At2 ? AttentionFeatureNames.At2 : AttentionFeatureNames.True;
}
