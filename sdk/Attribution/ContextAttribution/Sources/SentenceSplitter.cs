using System.Buffers;
using System.Text.RegularExpressions;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Sources;

/// <summary>
/// Finds the sentences of a text with rules for English. A sentence ends after <c>.</c>, <c>!</c>, <c>?</c> or <c>…</c> and the quotes and brackets that close
/// there, if white space and a possible beginning of a sentence follow; immediately after <c>。！？</c>; and before a blank line, a list item or a heading.
/// Abbreviations, initials, decimals, times and the numbers of list items do not end a sentence.
/// </summary>
internal static partial class SentenceSplitter
{
    private const string Enders = ".!?…", WideEnders = "。！？", Closers = "\"'”’»)]}*_」』）】》〉", Openers = "\"'“‘«([{*_¿¡";

    // ASCII white space, digits and punctuation: a sentence has at least one other character.
    private static readonly SearchValues<char> NoLetters = SearchValues.Create(" \t\n\r\v\f0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

    /// <summary>
    /// The sentences of a text, in order and disjoint, without the white space around them. With <see cref="SentenceRule.Paragraph"/>, every character that is
    /// not white space belongs to one.
    /// </summary>
    public static IReadOnlyList<TextSpan> Split(string text, SentenceRule rule = SentenceRule.Paragraph)
    {
        if (rule == SentenceRule.Lines)
            return [.. Split(text, Stretches(text, LineBreak())).Where(sentence => text.AsSpan(sentence.Start, sentence.Length).ContainsAnyExcept(NoLetters))];
        return Split(text, Stretches(text, Gap()));
    }

    private static List<TextSpan> Split(string text, IEnumerable<(int Start, int End)> stretches)
    {
        var sentences = new List<TextSpan>();
        foreach (var (start, end) in stretches)
        {
            var begin = start;
            for (var at = start; at < end; at++)
            {
                var after = Enders.Contains(text[at]) || WideEnders.Contains(text[at]) ? AfterEnder(text, at, end) : at;
                if (after == at)
                    continue;
                if (Ends(text, begin, at, after, end))
                {
                    Add(sentences, text, begin, after);
                    begin = after;
                }
                at = after - 1;
            }
            Add(sentences, text, begin, end);
        }
        return sentences;
    }

    /// <summary>Whether the text is cut between the ender at <paramref name="at"/> and <paramref name="after"/>.</summary>
    private static bool Ends(string text, int begin, int at, int after, int end)
    {
        if (WideEnders.Contains(text[after - 1]) || WideEnders.Contains(text[at]))
            return true;
        if (after == end)
            return true;
        if (!char.IsWhiteSpace(text[after]))
            return false;
        var next = NextWord(text, after, end);
        if (next.Length == 0 || !CanBegin(next))
            return false;
        var isEllipsis = text[at] == '…' || (at + 1 < end && text[at] == '.' && text[at + 1] == '.');
        if (isEllipsis)
            return next is not ("I" or "I'm" or "I'd" or "I'll" or "I've");
        if (text[at] != '.')
            return true;
        var word = WordBefore(text, begin, at, out var isFirst);
        // The number of a list item: 1. or a.
        if (isFirst && word.Length is > 0 and <= 3 && (word.All(char.IsAsciiDigit) || (word.Length == 1 && char.IsLetter(word[0]))))
            return false;
        // A bracket or quote between the word and the stop, as in (etc.), resolves the ambiguity.
        return word.Length == 0 || (after > at + 1 && next.Length > 0 && char.IsUpper(next[0]) && !IsCitation(text, at + 1, after))
            || EnglishWords.MayEnd(word, next);
    }

    /// <summary>The first position after consecutive enders and the quotes, brackets and footnote marks that close there.</summary>
    private static int AfterEnder(string text, int at, int end)
    {
        while (at < end && (Enders.Contains(text[at]) || WideEnders.Contains(text[at])))
            at++;
        while (at < end && Closers.Contains(text[at]))
            at++;
        var mark = FootnoteMark().Match(text, at, end - at);
        return mark.Success ? at + mark.Length : at;
    }

    private static bool IsCitation(string text, int from, int to) => text.AsSpan(from, to - from).Contains('[');

    private static string WordBefore(string text, int begin, int at, out bool isFirst)
    {
        var start = at;
        while (start > begin && !char.IsWhiteSpace(text[start - 1]))
            start--;
        isFirst = string.IsNullOrWhiteSpace(text[begin..start]);
        while (start < at && (Openers.Contains(text[start]) || text[start] is '-' or '–' or '—'))
            start++;
        return text[start..at];
    }

    /// <summary>The next word, without opening brackets and quotes.</summary>
    private static string NextWord(string text, int from, int end)
    {
        while (from < end && (char.IsWhiteSpace(text[from]) || Openers.Contains(text[from])))
            from++;
        var to = from;
        while (to < end && !char.IsWhiteSpace(text[to]))
            to++;
        return text[from..to];
    }

    /// <summary>
    /// Whether a word can begin a sentence: a capital, a digit, or anything that is neither a letter nor a dash; and words such as <c>pH</c> and <c>mRNA</c>.
    /// </summary>
    private static bool CanBegin(string word) => char.IsLower(word[0])
        ? word.Length > 1 && word.AsSpan(1).ContainsAnyInRange('A', 'Z')
        : word[0] is not ('-' or '–' or '—' or ',' or ';' or ':' or '.' or '/' or '&' or '=' or '+' or '<' or '>');

    private static void Add(List<TextSpan> sentences, string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        if (start < end)
            sentences.Add(new TextSpan(start, end));
    }

    /// <summary>The stretches between gaps, which are blank lines, headings and the beginnings of list items, or line breaks.</summary>
    private static IEnumerable<(int Start, int End)> Stretches(string text, Regex gaps)
    {
        var start = 0;
        foreach (Match gap in gaps.Matches(text))
        {
            yield return (start, gap.Index);
            start = gap.Index + gap.Length;
        }
        yield return (start, text.Length);
    }

    // A line break before a blank line, a heading or a list item; or after a heading.
    [GeneratedRegex(@"\r?\n(?:[ \t]*\r?\n)+"
        + @"|\r?\n(?=[ \t]*(?:[-*•·‣◦–][ \t]|\(?\d{1,3}[.)][ \t]|\(?[a-zA-Z][.)][ \t]|#{1,6}[ \t]))"
        + @"|(?<=(?:^|\n)#{1,6}[ \t][^\n]*)\n")]
    private static partial Regex Gap();

    // The line breaks of Python's splitlines, which AT2's authors use.
    [GeneratedRegex(@"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")]
    private static partial Regex LineBreak();

    [GeneratedRegex(@"\G(?:\[\d+(?:[,–-]\s?\d+)*\])+")]
    private static partial Regex FootnoteMark();
}
