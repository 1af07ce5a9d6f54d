using Attribution.Contracts;

namespace Attribution.ContextAttribution.Sources;

/// <summary>Where sentences end besides at their full stops.</summary>
public enum SentenceRule
{
    /// <summary>
    /// At blank lines, headings and items of lists; a sentence may run over a line break. Every character that is not white space lies in a sentence.
    /// </summary>
    Paragraph,

    /// <summary>
    /// At every line break, as in the code of AT2's authors; a piece of ASCII digits and punctuation alone, such as <c>1.</c> or <c>***</c>, is no sentence.
    /// </summary>
    Lines,
}

/// <summary>The rules by the names that projects and files have for them.</summary>
internal static class SentenceRules
{
    /// <summary>The rule of a name; that of paragraphs without one.</summary>
    public static SentenceRule Of(string? name) => name == SentenceRuleNames.Lines ? SentenceRule.Lines : SentenceRule.Paragraph;

    /// <summary>The name of a rule.</summary>
    public static string NameOf(SentenceRule rule) => rule == SentenceRule.Lines ? SentenceRuleNames.Lines : SentenceRuleNames.Paragraph;
}
