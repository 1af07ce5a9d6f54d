using System.Globalization;

namespace Attribution.Tokenization.Patterns;

/// <summary>Escapes: what follows a backslash.</summary>
internal sealed partial class OnigurumaTranslator
{
    private const string Word = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";

    // Outside of classes, Oniguruma also includes some Latin-1 numbers.
    private const string WordAlone = Word + @"\u00B2\u00B3\u00B9\u00BC-\u00BE";

    private static readonly HashSet<string> Categories =
    [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn",
    ];

    private static readonly Dictionary<string, string> LongCategories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = "L",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["Punctuation"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
    };

    private int? SingleEscape()
    {
        if (_at + 1 >= _source.Length)
            throw Refused("a backslash at the end");
        var c = _source[_at + 1];
        var simple = c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'f' => '\f', 'v' => '\v', 'a' => '\a', 'e' => '\e', _ => '\0' };
        if (simple != '\0' || !char.IsAsciiLetterOrDigit(c))
        {
            _at += 2;
            return simple != '\0' ? simple : c;
        }
        if (c is not ('x' or 'u'))
            return null;
        var start = _at + 2;
        var braced = c == 'x' && start < _source.Length && _source[start] == '{';
        var end = braced ? _source.IndexOf('}', start) : Math.Min(_source.Length, start + (c == 'x' ? 2 : 4));
        if (end < 0 || !int.TryParse(_source[(braced ? start + 1 : start)..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
            throw Refused("a malformed character code");
        if (code is < 0 or > 0x10FFFF)
            throw Refused("a character code beyond U+10FFFF");
        _at = braced ? end + 1 : end;
        return code;
    }

    private string Escape(bool insideClass)
    {
        if (SingleEscape() is { } single)
            return Literal(single);
        var c = _source[_at + 1];
        _at += 2;
        switch (c)
        {
            case 's' or 'S':
                return $"\\{c}";
            case 'd' or 'D':
                return c == 'd' ? @"\p{Nd}" : @"\P{Nd}";
            case 'w':
                return insideClass ? Word : $"[{NamedWordAlone()}]";
            case 'W' when !insideClass:
                return $"[^{NamedWordAlone()}]";
            case 'h':
                return insideClass ? "0-9A-Fa-f" : "[0-9A-Fa-f]";
            case 'A' or 'z' or 'Z' when !insideClass:
                return $"\\{c}";
            case 'b' when !insideClass:
                return $"(?:(?<=[{NamedWordAlone()}])(?![{WordAlone}])|(?<![{WordAlone}])(?=[{WordAlone}]))";
            case 'p' or 'P':
                // Oniguruma folds the characters of a property in a class only.
                return _ignoresCase && !insideClass ? $"(?-i:{Property(c)})" : Property(c);
            default:
                throw Refused($"'\\{c}'");
        }
    }

    // No character beyond U+FFFF may be matched through one of these numbers.
    private string NamedWordAlone()
    {
        Name('\u00B2', '\u00B3');
        Name('\u00B9', '\u00B9');
        Name('\u00BC', '\u00BE');
        return WordAlone;
    }

    private string Property(char kind)
    {
        var close = _source.IndexOf('}', _at);
        if (_at >= _source.Length || _source[_at] != '{' || close < 0)
            throw Refused($"a malformed '\\{kind}'");
        var name = _source[(_at + 1)..close];
        _at = close + 1;
        var negated = kind == 'P';
        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }
        name = LongCategories.GetValueOrDefault(name, name);
        if (!Categories.Contains(name))
            throw Refused($"the property '\\p{{{name}}}'; only general categories are known");
        return $"\\{(negated ? 'P' : 'p')}{{{name}}}";
    }
}
