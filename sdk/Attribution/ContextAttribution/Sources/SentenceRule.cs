using Attribution.Contracts;

namespace Attribution.ContextAttribution.Sources;

/// <summary>Where sentences end, apart from full stops.</summary>
public enum SentenceRule
{
    /// <summary>
    /// At blank lines, headings and list items; a sentence may continue over a line break. Every character that is not white space belongs to a sentence.
    /// </summary>
    Paragraph,

    /// <summary>
    /// At every line break, as in the code of AT2's authors; a piece with only ASCII digits and punctuation, such as <c>1.</c> or <c>***</c>, is not a
    /// sentence.
    /// </summary>
    Lines,
}

/// <summary>The names of the rules in projects and files.</summary>
internal static class SentenceRules
{
    /// <summary>The rule with this name; <see cref="SentenceRule.Paragraph"/> for null.</summary>
    public static SentenceRule Of(string? name) => name == SentenceRuleNames.Lines ? SentenceRule.Lines : SentenceRule.Paragraph;

    /// <summary>The rule's name.</summary>
    public static string NameOf(SentenceRule rule) => rule == SentenceRule.Lines ? SentenceRuleNames.Lines : SentenceRuleNames.Paragraph;
}
