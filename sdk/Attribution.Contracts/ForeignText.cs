using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Attribution.Contracts;

/// <summary>Makes text from others (datasets, servers, packages) safe to show in a terminal or a log.</summary>
public static partial class ForeignText
{
    // Control characters except tab and line feed, C1 controls, marks that change the direction of writing, and rare line separators.
    private static readonly SearchValues<char> Active = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Select(c => (char)c).Except(['\t', '\n']),
        '\u061c', '\u200e', '\u200f', '\u2028', '\u2029', .. Enumerable.Range(0x202a, 5).Concat(Enumerable.Range(0x2066, 4)).Select(c => (char)c),
    ]);

    /// <summary>
    /// The text with each character that a terminal or a build server would act on written as an escape like <c>\u001b</c>: control characters other than tab
    /// and line break, marks that change the direction of writing, and the beginning of a command to a build server (<c>::error</c> at the start of a line,
    /// <c>##[</c>, <c>##vso[</c>, <c>##teamcity[</c>). A text without any of these is returned unchanged.
    /// </summary>
    public static string Visible(string text) => WithoutCommands(WithoutControls(text));

    /// <summary>As <see cref="Visible"/>, for a text whose commands to a build server are our own.</summary>
    internal static string WithoutControls(string text)
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

    // A build server reads commands from the output of a build, whoever wrote the line.
    private static string WithoutCommands(string text) =>
        text.Contains("::", StringComparison.Ordinal) || text.Contains("##", StringComparison.Ordinal)
            ? Command().Replace(text, command => command.Value[..^1] + (command.Value[^1] == ':' ? "\\u003a" : "\\u0023")) : text;

    [GeneratedRegex(@"^[^\S\n]*:(?=:)|##(?=(vso|teamcity)?\[)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Command();
}
