using System.Globalization;
using System.Text;

namespace Attribution.Judging;

/// <summary>
/// Writes text from others as the strings of a JSON object on one line, which it cannot break out of. Besides what JSON escapes, every character that could
/// begin a chat format's marker is escaped (<c>&lt;|im_end|&gt;</c>, <c>&lt;/s&gt;</c>, <c>[INST]</c>, <c>&lt;&lt;SYS&gt;&gt;</c>), and so are characters that
/// break lines or change the direction of writing. A JSON reader gets the text back unchanged.
/// </summary>
internal static class QuotedText
{
    /// <summary>Writes the object.</summary>
    public static string Object(IEnumerable<(string Name, string Value)> members)
    {
        var text = new StringBuilder("{");
        foreach (var (name, value) in members)
        {
            if (text.Length > 1)
                text.Append(", ");
            text.Append('"').Append(name).Append("\": ");
            AppendString(text, value);
        }
        return text.Append('}').ToString();
    }

    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '"' || c == '\\')
                text.Append('\\').Append(c);
            else if (c == '\n')
                text.Append("\\n");
            else if (c == '\t')
                text.Append("\\t");
            else if (c == '<' || (c == '[' && BeginsMark(value, i + 1)) || IsHidden(value, i))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        }
        text.Append('"');
    }

    // [INST], [/INST], [TOOL_CALLS], but not the brackets of a list or an index.
    private static bool BeginsMark(string value, int at)
    {
        if (at < value.Length && value[at] == '/')
            at++;
        return at + 1 < value.Length && char.IsAsciiLetterUpper(value[at]) && char.IsAsciiLetterUpper(value[at + 1]);
    }

    // Controls, line and paragraph separators, direction marks, and lone surrogates, which UTF-8 cannot express. A joiner within an emoji stays.
    private static bool IsHidden(string value, int at) => char.GetUnicodeCategory(value[at]) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => value[at] != '\u200d',
        UnicodeCategory.Surrogate => !(char.IsHighSurrogate(value[at]) && at + 1 < value.Length && char.IsLowSurrogate(value[at + 1]))
            && !(char.IsLowSurrogate(value[at]) && at > 0 && char.IsHighSurrogate(value[at - 1])),
        _ => false,
    };
}
