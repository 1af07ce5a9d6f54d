using System.Buffers;
using System.Text;

namespace Attribution.Contracts;

/// <summary>Makes text from others (datasets, servers, packages) safe to show in a terminal or a log.</summary>
public static class ForeignText
{
    // Control characters except tab and line feed, C1 controls, marks that change the direction of writing, and rare line separators.
    private static readonly SearchValues<char> Active = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Select(c => (char)c).Except(['\t', '\n']),
        '\u061c', '\u200e', '\u200f', '\u2028', '\u2029', .. Enumerable.Range(0x202a, 5).Concat(Enumerable.Range(0x2066, 4)).Select(c => (char)c),
    ]);

    /// <summary>
    /// The text with each character that a terminal would act on written as an escape like <c>\u001b</c>: control characters other than tab and line break, and
    /// marks that change the direction of writing. A text without such characters is returned unchanged.
    /// </summary>
    public static string Visible(string text)
    {
        if (text.AsSpan().IndexOfAny(Active) < 0)
            return text;
        var shown = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length; at++)
            if (!Active.Contains(text[at]) || (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n'))
                shown.Append(text[at]);
            else
                shown.Append($"\\u{(int)text[at]:x4}");
        return shown.ToString();
    }
}
