using Attribution.Contracts;

namespace Attribution.ContextAttribution;

/// <summary>
/// The attention that AT2's features are made of. The two rules differ for models with a sliding window, a query scale or a soft cap: Gemma, Phi-3, Mistral.
/// </summary>
public enum AttentionRule
{
    /// <summary>The model's own attention.</summary>
    True,

    /// <summary>
    /// The attention in the code of AT2's authors, which their published estimators were trained on: the softmax of <c>q k / sqrt(d)</c> over every earlier
    /// token, whatever the model's sliding window and query scale.
    /// </summary>
    At2,
}

/// <summary>The names of the rules in projects and files.</summary>
internal static class AttentionRules
{
    /// <summary>The rule with this name; the model's own attention for null.</summary>
    public static AttentionRule Of(string? name) => name == AttentionFeatureNames.At2 ? AttentionRule.At2 : AttentionRule.True;

    /// <summary>The rule's name.</summary>
    public static string NameOf(AttentionRule rule) => rule == AttentionRule.At2 ? AttentionFeatureNames.At2 : AttentionFeatureNames.True;
}
