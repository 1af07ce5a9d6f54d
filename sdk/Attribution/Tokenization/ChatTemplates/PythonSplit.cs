namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Python's ways to split a text.</summary>
internal static class PythonSplit
{
    /// <summary><c>split(separator, most)</c>; without a limit if <paramref name="most"/> is negative.</summary>
    public static List<string> At(string text, string separator, long most, bool fromRight)
    {
        if (most < 0)
            return [.. text.Split(separator)];
        var parts = new List<string>();
        var rest = text;
        for (; most > 0; most--)
        {
            var at = fromRight ? rest.LastIndexOf(separator, StringComparison.Ordinal) : rest.IndexOf(separator, StringComparison.Ordinal);
            if (at < 0)
                break;
            parts.Add(fromRight ? rest[(at + separator.Length)..] : rest[..at]);
            rest = fromRight ? rest[..at] : rest[(at + separator.Length)..];
        }
        parts.Add(rest);
        if (fromRight)
            parts.Reverse();
        return parts;
    }

    /// <summary><c>split()</c> without a separator: the words between runs of white space.</summary>
    public static List<string> Words(string text, long most, bool fromRight)
    {
        var words = new List<string>();
        var (from, to) = (0, text.Length);
        while (true)
        {
            from += PythonText.TrimStart(text.AsSpan(from, to - from));
            to = from + PythonText.TrimEnd(text.AsSpan(from, to - from));
            if (from == to)
                break;
            if (most >= 0 && words.Count == most)
            {
                // The remainder keeps the white space at its far end.
                words.Add(fromRight ? text[..to] : text[from..]);
                break;
            }
            var length = 1;
            while (length < to - from && !PythonText.IsSpace(fromRight ? text[to - length - 1] : text[from + length]))
                length++;
            words.Add(fromRight ? text[(to - length)..to] : text[from..(from + length)]);
            (from, to) = fromRight ? (from, to - length) : (from + length, to);
        }
        if (fromRight)
            words.Reverse();
        return words;
    }

    /// <summary><c>splitlines()</c>: no empty last line, and all of Python's line boundaries.</summary>
    public static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (var from = 0; from < text.Length;)
        {
            var end = text.AsSpan(from).IndexOfAny("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029");
            if (end < 0)
            {
                lines.Add(text[from..]);
                break;
            }
            var next = from + end + (text[from + end] == '\r' && from + end + 1 < text.Length && text[from + end + 1] == '\n' ? 2 : 1);
            lines.Add(text[from..(keepEnds ? next : from + end)]);
            from = next;
        }
        return lines;
    }
}
