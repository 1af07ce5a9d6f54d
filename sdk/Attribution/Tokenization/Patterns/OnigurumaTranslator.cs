using System.Text;

namespace Attribution.Tokenization.Patterns;

/// <summary>Translates a regular expression from Oniguruma's Ruby syntax to .NET's. What has no exact equivalent is rejected.</summary>
internal sealed partial class OnigurumaTranslator
{
    private const int MostAstralRanges = 1000;

    private readonly string _source;
    private readonly StringBuilder _result = new();
    private readonly List<(char, char)> _names = [];
    private readonly List<(int, int)> _astralRanges = [];
    private readonly Stack<(int Start, bool IgnoresCase, int Options)> _groups = new();
    private bool _ignoresCase;
    private int _options;
    private int _at;
    private int _atom = -1;

    /// <exception cref="NotSupportedException">The expression uses something that has no exact equivalent in .NET.</exception>
    public OnigurumaTranslator(string source)
    {
        _source = source;
        while (_at < source.Length)
            Next();
        _result.Append(')', _options);
        Result = _result.ToString();
    }

    /// <summary>The expression for .NET, in ASCII but for the places of the stand-ins of <see cref="AstralRanges"/>.</summary>
    public string Result { get; }

    /// <summary>The characters beyond ASCII and up to U+FFFF that the expression names, as ranges.</summary>
    public IReadOnlyList<(char First, char Last)> Names => _names;

    /// <summary>The characters beyond U+FFFF that the expression names, as ranges in the order of their places.</summary>
    public IReadOnlyList<(int First, int Last)> AstralRanges => _astralRanges;

    private void Next()
    {
        var c = _source[_at];
        switch (c)
        {
            case '(':
                OpenGroup();
                break;
            case ')':
                if (_groups.Count == 0)
                    throw Refused("')'");
                _at++;
                _result.Append(')', _options + 1);
                (_atom, _ignoresCase, _options) = _groups.Pop();
                break;
            case '?' or '*' or '+':
                _at++;
                Quantify(c.ToString(), interval: false);
                break;
            case '{' when Interval() is { } interval:
                Quantify(interval, interval: true);
                break;
            case '[':
                Atom(CharacterClass());
                break;
            case '\\':
                Atom(Escape(insideClass: false));
                break;
            case '|':
                _at++;
                _atom = -1;
                _result.Append('|');
                break;
            case '^':
                _at++;
                Atom(@"(?:\A|(?<=\n)(?!\z))");
                break;
            case '$':
                _at++;
                Atom("(?m:$)");
                break;
            case '.':
                _at++;
                Atom(".");
                break;
            default:
                Atom(Literal(CodePoint()));
                break;
        }
    }

    private void Atom(string text)
    {
        _atom = _result.Length;
        _result.Append(text);
    }

    private int CodePoint()
    {
        var c = _source[_at++];
        return char.IsHighSurrogate(c) && _at < _source.Length && char.IsLowSurrogate(_source[_at]) ? char.ConvertToUtf32(c, _source[_at++]) : c;
    }

    private string Literal(int codePoint)
    {
        if (codePoint > char.MaxValue)
            return $"[{AstralPlace(codePoint, codePoint)}]";
        var c = (char)codePoint;
        Name(c, c);
        if (_ignoresCase && Foldings(c, c) is { Length: > 0 } folding)
            return $"(?-i:[{folding}])";
        if (_ignoresCase && char.IsAsciiLetter(c))
            return $"(?-i:[{char.ToLowerInvariant(c)}{char.ToUpperInvariant(c)}])";
        return char.IsAsciiLetterOrDigit(c) ? c.ToString() : $"\\u{(int)c:X4}";
    }

    private void Quantify(string quantifier, bool interval)
    {
        if (_atom < 0)
            throw Refused($"'{quantifier}' with nothing before it");
        _result.Append(quantifier);
        var next = _at < _source.Length ? _source[_at] : '\0';
        if (next == '?' && !(interval && !quantifier.Contains(',')))
        {
            _at++;
            _result.Append('?');
        }
        else if (next == '+' && !interval)
        {
            // Possessive quantifier: .NET's atomic group.
            _at++;
            _result.Insert(_atom, "(?>").Append(')');
            return;
        }
        // A quantifier on a quantified atom.
        if (_at < _source.Length && (_source[_at] is '?' or '*' or '+' || _source[_at] == '{' && IsInterval()))
            _result.Insert(_atom, "(?:").Append(')');
    }

    private bool IsInterval()
    {
        var at = _at;
        var found = Interval() is not null;
        _at = at;
        return found;
    }

    private string? Interval()
    {
        var close = _source.IndexOf('}', _at);
        if (close < 0)
            return null;
        var body = _source[(_at + 1)..close];
        var comma = body.IndexOf(',');
        var low = comma < 0 ? body : body[..comma];
        var high = comma < 0 ? "" : body[(comma + 1)..];
        if (low.Length + high.Length == 0 || !low.All(char.IsAsciiDigit) || !high.All(char.IsAsciiDigit))
            return null;
        _at = close + 1;
        return comma < 0 ? $"{{{low}}}" : $"{{{(low == "" ? "0" : low)},{high}}}";
    }

    private void OpenGroup()
    {
        var start = _result.Length;
        var outer = _ignoresCase;
        _at++;
        _atom = -1;
        if (_at >= _source.Length || _source[_at] != '?')
        {
            _result.Append("(?:");
            PushGroup(start, outer);
            return;
        }
        foreach (var opening in (string[])["?:", "?=", "?!", "?>", "?<=", "?<!"])
            if (_source.AsSpan(_at).StartsWith(opening))
            {
                _at += opening.Length;
                _result.Append('(').Append(opening);
                PushGroup(start, outer);
                return;
            }
        var end = _at + 1;
        while (end < _source.Length && _source[end] is 'i' or 'm' or '-')
            end++;
        var flags = _source[(_at + 1)..end];
        if (end >= _source.Length || _source[end] is not (':' or ')') || flags.Length == 0)
            throw Refused($"the group '({_source[_at..Math.Min(_source.Length, _at + 3)]}'");
        var off = flags.IndexOf('-');
        if (flags.Contains('i'))
            _ignoresCase = off < 0 || flags.IndexOf('i') < off;
        _result.Append("(?").Append(flags.Replace('m', 's')).Append(':');
        _at = end + 1;
        // Options without a colon hold to the end of the group around them, and alternatives in the rest of it are alternatives of that rest alone.
        if (_source[end] == ':')
            PushGroup(start, outer);
        else
            _options++;
    }

    private void PushGroup(int start, bool ignoresCase)
    {
        _groups.Push((start, ignoresCase, _options));
        _options = 0;
    }

    private void Name(char first, char last)
    {
        if (char.IsSurrogate(first) || char.IsSurrogate(last))
            throw Refused("half of a surrogate pair");
        if (last > '\u007F')
            _names.Add((first, last));
    }

    // Members of a class for the letters that fold to the ASCII letters of a range, or to which these fold; .NET does not know the first.
    private string Foldings(int first, int last)
    {
        var members = "";
        foreach (var (letters, text) in ((string, string)[])[("Ss\u017F", @"Ss\u017F"), ("Kk\u212A", @"Kk\u212A")])
            if (letters.Any(letter => first <= letter && letter <= last))
            {
                members += text;
                Name(letters[^1], letters[^1]);
            }
        return members;
    }

    private char AstralPlace(int first, int last)
    {
        if (_ignoresCase)
            throw Refused($"U+{first:X}, beyond U+FFFF, where case is ignored");
        if (_astralRanges.Count == MostAstralRanges)
            throw Refused($"more than {MostAstralRanges} ranges beyond U+FFFF");
        _astralRanges.Add((first, last));
        return (char)(StandIns.FirstPlace + _astralRanges.Count - 1);
    }

    private static NotSupportedException Refused(string what) => new($"the regular expression uses {what}");
}
