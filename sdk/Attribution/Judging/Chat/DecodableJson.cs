using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Attribution.Judging.Chat;

/// <summary>
/// JSON whose strings can all be decoded. A model may stop in the middle of a character; what cannot be decoded then, bytes that are no UTF-8 or half of a
/// surrogate pair, becomes U+FFFD.
/// </summary>
internal static partial class DecodableJson
{
    /// <summary>The JSON; the bytes themselves if nothing had to be replaced.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json)
    {
        var isText = Utf8.IsValid(json.Span);
        if (isText && json.Span.IndexOf("\\ud"u8) < 0 && json.Span.IndexOf("\\uD"u8) < 0)
            return json;
        var text = Encoding.UTF8.GetString(json.Span);
        var whole = Escape().Replace(text, escape => escape.Groups["half"].Success ? "\\ufffd" : escape.Value);
        return isText && whole == text ? json : Encoding.UTF8.GetBytes(whole);
    }

    // Every escape, so that the backslash of an escaped backslash begins none; a whole pair before its halves.
    [GeneratedRegex(@"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", RegexOptions.Singleline)]
    private static partial Regex Escape();
}
