using System.Globalization;
using System.Text;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>Python's view of text: its white space, its string literals, and indices that count code points, not UTF-16 units.</summary>
internal static class PythonText
{
    /// <summary><c>str.isspace</c>: Unicode's white space and the four information separators.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>The number of leading units that are white space.</summary>
    public static int TrimStart(ReadOnlySpan<char> text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start]))
            start++;
        return start;
    }

    /// <summary>The length without trailing white space.</summary>
    public static int TrimEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return end;
    }

    public static bool IsBlank(ReadOnlySpan<char> text) => TrimStart(text) == text.Length;

    /// <summary>Whether every code point is one UTF-16 unit, so that indices need no conversion.</summary>
    public static bool IsPlain(string text) => !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff');

    /// <summary>The number of code points; a surrogate without its partner counts as one.</summary>
    public static int Length(string text)
    {
        var pairs = 0;
        for (var i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); i >= 0 && i + 1 < text.Length; i++)
            if (char.IsSurrogatePair(text, i))
            {
                pairs++;
                i++;
            }
        return text.Length - pairs;
    }

    /// <summary>The UTF-16 index of every code point, and the text's length as the last entry.</summary>
    public static int[] CodePointStarts(string text)
    {
        var starts = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            starts.Add(i);
            if (i + 1 < text.Length && char.IsSurrogatePair(text, i))
                i++;
        }
        starts.Add(text.Length);
        return [.. starts];
    }

    public static IEnumerable<string> CodePoints(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var length = i + 1 < text.Length && char.IsSurrogatePair(text, i) ? 2 : 1;
            yield return text.Substring(i, length);
            i += length - 1;
        }
    }

    /// <summary>Compares by code point, as Python does; UTF-16 order differs above U+D7FF.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        return Rank(left[common]).CompareTo(Rank(right[common]));

        // Surrogates represent code points above every other unit.
        static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    }

    /// <summary>
    /// <c>repr(str)</c>: in single quotes, or in double quotes if the text contains single but no double quotes; unprintable characters are escaped.
    /// </summary>
    public static void AppendRepr(StringBuilder to, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        to.Append(quote);
        foreach (var point in CodePoints(text))
        {
            var value = point.Length == 2 ? char.ConvertToUtf32(point, 0) : point[0];
            if (value == quote || value == '\\')
                to.Append('\\').Append((char)value);
            else if (value is '\n' or '\r' or '\t')
                to.Append('\\').Append(value switch { '\n' => 'n', '\r' => 'r', _ => 't' });
            else if (IsPrintable(value))
                to.Append(point);
            else
                to.Append('\\').Append(value < 0x100 ? $"x{value:x2}" : value < 0x10000 ? $"u{value:x4}" : $"U{value:x8}");
        }
        to.Append(quote);
    }

    private static bool IsPrintable(int value) => value == ' ' || CharUnicodeInfo.GetUnicodeCategory(value) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary><c>repr(float)</c>: the shortest text that reads back the same, with an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var sign = double.IsNegative(value) ? "-" : "";
        if (value == 0)
            return sign + "0.0";
        var (digits, shift) = Digits(value.ToString("R", CultureInfo.InvariantCulture));
        var exponent = digits.Length - 1 + shift;
        if (exponent is < -4 or >= 16)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        if (exponent < 0)
            return sign + "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0') + ".0"
            : sign + digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    /// <summary>Splits .NET's text of a double into its significant digits and the power of ten of the last digit.</summary>
    private static (string Digits, int Shift) Digits(string text)
    {
        var e = text.IndexOf('E');
        var mantissa = (e < 0 ? text : text[..e]).TrimStart('-');
        var shift = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.');
        if (point >= 0)
            shift -= mantissa.Length - point - 1;
        var all = mantissa.Replace(".", "").TrimStart('0');
        var digits = all.TrimEnd('0');
        return (digits.Length == 0 ? "0" : digits, shift + all.Length - digits.Length);
    }

    /// <summary>The text that the inside of a string literal represents.</summary>
    public static string Unescape(ReadOnlySpan<char> literal, int line)
    {
        if (!literal.Contains('\\'))
            return literal.ToString();
        var text = new StringBuilder(literal.Length);
        for (var i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\')
            {
                text.Append(literal[i]);
                continue;
            }
            var escape = literal[++i];
            if ("\n\\'\"abfnrtv".IndexOf(escape) is >= 0 and var known)
                text.Append(known == 0 ? "" : "\\'\"\a\b\f\n\r\t\v"[known - 1].ToString());
            else if (escape is 'x' or 'u' or 'U')
            {
                var length = escape switch { 'x' => 2, 'u' => 4, _ => 8 };
                if (i + length >= literal.Length
                    || !int.TryParse(literal.Slice(i + 1, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                    || value is < 0 or > 0x10ffff)
                    throw new TemplateException(TemplateFault.Syntax,
                        $"the escape '\\{escape}' in a text is not followed by {length} hexadecimal digits of a character", line);
                text.Append(value is >= 0xd800 and <= 0xdfff ? ((char)value).ToString() : char.ConvertFromUtf32(value));
                i += length;
            }
            else if (escape is >= '0' and <= '7')
            {
                var value = 0;
                var end = Math.Min(i + 3, literal.Length);
                for (; i < end && literal[i] is >= '0' and <= '7'; i++)
                    value = value * 8 + (literal[i] - '0');
                i--;
                text.Append((char)value);
            }
            else if (escape == 'N')
                throw new TemplateException(TemplateFault.Syntax, "the escape '\\N{...}' in a text is not supported; write the character itself", line);
            else
                text.Append('\\').Append(escape);
        }
        return text.ToString();
    }
}
