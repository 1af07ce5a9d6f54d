using System.Buffers;
using System.Text;

namespace Attribution.Contracts;

/// <summary>Text that others wrote (datasets, servers, packages), before a terminal or a log shows it.</summary>
public static class ForeignText
{
    // Control characters but tab and line break; C1; marks that turn the direction of what follows; line breaks that few expect.
    private static readonly SearchValues<char> Active = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Select(c => (char)c).Except(['\t', '\n']),
        '\u061c', '\u200e', '\u200f', '\u2028', '\u2029', .. Enumerable.Range(0x202a, 5).Concat(Enumerable.Range(0x2066, 4)).Select(c => (char)c),
    ]);

    /// <summary>
    /// The text with every character that a terminal acts on instead of showing it written as <c>\u001b</c>: control characters but tab and line break, and
    /// those that turn the direction of writing. A text without them is returned as it is.
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
