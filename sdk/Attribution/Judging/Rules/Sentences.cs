using System.Text.RegularExpressions;

namespace Attribution.Judging.Rules;

/// <summary>An answer cut into sentences.</summary>
internal static partial class Sentences
{
    /// <summary>The sentences of a text, with plain apostrophes and single spaces, none of them empty.</summary>
    public static IReadOnlyList<string> Of(string text) =>
        [.. End().Split(text.Replace('\u2019', '\'')).Select(part => Space().Replace(part, " ").Trim()).Where(part => part.Length > 0)];

    /// <summary>The number of words: runs of letters, digits and apostrophes.</summary>
    public static int Words(string sentence) => Word().Count(sentence);

    [GeneratedRegex(@"(?<=[.!?])\s+|\n+")]
    private static partial Regex End();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"[\p{L}\p{N}']+")]
    private static partial Regex Word();
}
