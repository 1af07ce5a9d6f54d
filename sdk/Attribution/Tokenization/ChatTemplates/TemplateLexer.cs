using System.Text.RegularExpressions;

namespace Attribution.Tokenization.ChatTemplates;

/// <summary>
/// Splits a template into tokens like Jinja2 with <c>trim_blocks=True, lstrip_blocks=True</c>, the settings that chat templates are written for: a newline
/// right after a block or comment tag is dropped, and so is the white space between the start of a line and such a tag; <c>-</c> inside a tag strips all white
/// space on its side, <c>+</c> keeps it.
/// </summary>
internal sealed partial class TemplateLexer
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _atLineStart = true;

    private TemplateLexer(string source) => _source = source;

    /// <summary>The tokens of <paramref name="source"/>, followed by <see cref="TokenKind.End"/>.</summary>
    public static List<TemplateToken> Tokenize(string source)
    {
        var text = source.Replace("\r\n", "\n").Replace('\r', '\n');
        // keep_trailing_newline=False: a single newline at the end is not part of a template.
        var lexer = new TemplateLexer(text.EndsWith('\n') ? text[..^1] : text);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (NextTag() is var tag && tag < _source.Length)
        {
            var kind = _source[tag + 1];
            var sign = SignAt(tag + 2);
            AddData(tag, sign, isVariable: kind == '{');
            var inside = tag + 2 + (sign == '\0' ? 0 : 1);
            if (kind == '#')
                SkipComment(inside);
            else if (kind == '%' && RawBegin().Match(_source, tag) is { Success: true } raw)
                ReadRaw(tag + raw.Length);
            else
                ReadTag(inside, isBlock: kind == '%');
        }
        AddData(_source.Length, '+', isVariable: false);
        _tokens.Add(new(TokenKind.End, "", _line));
    }

    private int NextTag()
    {
        for (var open = _source.IndexOf('{', _at); open >= 0 && open + 1 < _source.Length; open = _source.IndexOf('{', open + 1))
            if (_source[open + 1] is '{' or '%' or '#')
                return open;
        return _source.Length;
    }

    private char SignAt(int index) => index < _source.Length && _source[index] is '-' or '+' ? _source[index] : '\0';

    /// <summary>Adds the text up to a tag at <paramref name="end"/>, stripped according to the tag's sign.</summary>
    private void AddData(int end, char sign, bool isVariable)
    {
        var text = _source.AsSpan(_at, end - _at);
        if (sign == '-')
            text = text[..PythonText.TrimEnd(text)];
        else if (sign == '\0' && !isVariable)
        {
            var lineStart = text.LastIndexOf('\n') + 1;
            if ((lineStart > 0 || _atLineStart) && PythonText.IsBlank(text[lineStart..]))
                text = text[..lineStart];
        }
        if (text.Length > 0)
            _tokens.Add(new(TokenKind.Data, text.ToString(), _line));
        MoveTo(end);
    }

    private void MoveTo(int index)
    {
        _line += _source.AsSpan(_at, index - _at).Count('\n');
        _at = index;
        _atLineStart = index > 0 && _source[index - 1] == '\n';
    }

    private void SkipComment(int from)
    {
        var close = _source.IndexOf("#}", from, StringComparison.Ordinal);
        if (close < 0)
            throw new TemplateException(TemplateFault.Syntax, "the comment '{#' is not closed", _line);
        MoveTo(AfterTag(close + 2, close > from ? _source[close - 1] : '\0', trimNewline: true));
    }

    private void ReadRaw(int from)
    {
        var line = _line;
        MoveTo(from);
        var close = RawEnd().Match(_source, from);
        if (!close.Success)
            throw new TemplateException(TemplateFault.Syntax, "the tag '{% raw %}' has no '{% endraw %}'", line);
        AddData(close.Index, SignAt(close.Index + 2), isVariable: false);
        var end = close.Index + close.Length;
        MoveTo(AfterTag(end, _source[end - 3], trimNewline: true));
    }

    /// <summary>The position where data continues after a tag that ends at <paramref name="end"/>.</summary>
    private int AfterTag(int end, char sign, bool trimNewline)
    {
        if (sign == '-')
            return end + PythonText.TrimStart(_source.AsSpan(end));
        return trimNewline && sign != '+' && end < _source.Length && _source[end] == '\n' ? end + 1 : end;
    }

    private void ReadTag(int from, bool isBlock)
    {
        var line = _line;
        var close = isBlock ? "%}" : "}}";
        _tokens.Add(new(isBlock ? TokenKind.BlockBegin : TokenKind.VariableBegin, isBlock ? "{%" : "{{", line));
        MoveTo(from);
        var open = new Stack<char>();
        while (true)
        {
            MoveTo(_at + PythonText.TrimStart(_source.AsSpan(_at)));
            if (_at >= _source.Length)
                throw new TemplateException(TemplateFault.Syntax, $"the tag '{(isBlock ? "{%" : "{{")}' is not closed", line);
            // Inside brackets "}}" closes brackets, not the tag.
            if (open.Count == 0 && TagEnd(close, isBlock) is { } sign)
            {
                _tokens.Add(new(isBlock ? TokenKind.BlockEnd : TokenKind.VariableEnd, close, _line));
                MoveTo(AfterTag(_at + (sign == '\0' ? 2 : 3), sign, trimNewline: isBlock));
                return;
            }
            ReadToken(open);
        }
    }

    /// <summary>The sign of the tag's end if it is here, else null. <c>+}}</c> does not end a variable tag.</summary>
    private char? TagEnd(string close, bool isBlock)
    {
        var rest = _source.AsSpan(_at);
        if (rest.StartsWith(close))
            return '\0';
        return rest.Length > 2 && rest[1..].StartsWith(close) && (rest[0] == '-' || (isBlock && rest[0] == '+')) ? rest[0] : null;
    }

    private void ReadToken(Stack<char> open)
    {
        if (FloatLiteral().Match(_source, _at) is { Success: true } real)
            Add(TokenKind.Float, real.Value.Replace("_", ""), real.Length);
        else if (IntegerLiteral().Match(_source, _at) is { Success: true } integer)
            Add(TokenKind.Integer, integer.Value.Replace("_", ""), integer.Length);
        else if (NameLiteral().Match(_source, _at) is { Success: true } name)
            Add(TokenKind.Name, name.Value, name.Length);
        else if (TextLiteral().Match(_source, _at) is { Success: true } text)
            Add(TokenKind.Text, PythonText.Unescape(text.ValueSpan[1..^1], _line), text.Length);
        else
        {
            var symbol = Array.Find(Operators, symbol => _source.AsSpan(_at).StartsWith(symbol))
                ?? throw new TemplateException(TemplateFault.Syntax, $"the character '{_source[_at]}' is unexpected", _line);
            Balance(symbol, open);
            Add(TokenKind.Operator, symbol, symbol.Length);
        }
    }

    private void Balance(string symbol, Stack<char> open)
    {
        if (symbol is "{" or "(" or "[")
            open.Push(symbol switch { "{" => '}', "(" => ')', _ => ']' });
        else if (symbol is "}" or ")" or "]" && (!open.TryPop(out var expected) || expected != symbol[0]))
            throw new TemplateException(TemplateFault.Syntax, $"the bracket '{symbol}' has no partner", _line);
    }

    private void Add(TokenKind kind, string text, int length)
    {
        _tokens.Add(new(kind, text, _line));
        MoveTo(_at + length);
    }

    [GeneratedRegex(@"\G\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})")]
    private static partial Regex RawBegin();

    [GeneratedRegex(@"\{%[-+]?\s*endraw\s*[-+]?%\}")]
    private static partial Regex RawEnd();

    [GeneratedRegex(@"\G(?<!\.)(?:[0-9]+_)*[0-9]+(?:(?:\.(?:[0-9]+_)*[0-9]+)?[eE][+\-]?(?:[0-9]+_)*[0-9]+|\.(?:[0-9]+_)*[0-9]+)")]
    private static partial Regex FloatLiteral();

    [GeneratedRegex(@"\G(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*)")]
    private static partial Regex IntegerLiteral();

    [GeneratedRegex(@"\G[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*")]
    private static partial Regex NameLiteral();

    [GeneratedRegex(@"\G(?:'[^'\\]*(?:\\.[^'\\]*)*'|""[^""\\]*(?:\\.[^""\\]*)*"")", RegexOptions.Singleline)]
    private static partial Regex TextLiteral();
}
