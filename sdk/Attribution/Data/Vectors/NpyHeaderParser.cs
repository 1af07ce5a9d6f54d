using System.Globalization;
using Attribution.Diagnostics;

namespace Attribution.Data.Vectors;

/// <summary>
/// Parses the Python literal in a NumPy header: a dict with exactly <c>descr</c> (a string), <c>fortran_order</c> (a Boolean) and <c>shape</c> (a tuple of
/// whole numbers), in any order.
/// </summary>
internal sealed class NpyHeaderParser
{
    private readonly string _text;
    private readonly Func<string, AttributionException> _invalid;
    private int _at;

    private NpyHeaderParser(string text, Func<string, AttributionException> invalid) => (_text, _invalid) = (text, invalid);

    public static (string Description, bool IsFortran, IReadOnlyList<long> Shape) Parse(string text, Func<string, AttributionException> invalid) =>
        new NpyHeaderParser(text, invalid).Parse();

    private (string, bool, IReadOnlyList<long>) Parse()
    {
        string? description = null;
        bool? isFortran = null;
        IReadOnlyList<long>? shape = null;
        Expect('{');
        while (!TryTake('}'))
        {
            var name = Text();
            Expect(':');
            switch (name)
            {
                case "descr" when description is null:
                    description = Text();
                    break;
                case "fortran_order" when isFortran is null:
                    isFortran = Truth();
                    break;
                case "shape" when shape is null:
                    shape = Tuple();
                    break;
                default:
                    throw _invalid($"its header has '{name}' {(name is "descr" or "fortran_order" or "shape" ? "twice" : "which is not known")}");
            }
            if (!TryTake(','))
            {
                Expect('}');
                break;
            }
        }
        SkipSpace();
        if (_at != _text.Length)
            throw Unexpected("its end");
        return (description ?? throw Missing("descr"), isFortran ?? throw Missing("fortran_order"), shape ?? throw Missing("shape"));
    }

    private string Text()
    {
        SkipSpace();
        if (_at == _text.Length || _text[_at] is not ('\'' or '"'))
            throw Unexpected("a text (records and objects are not read)");
        var quote = _text[_at++];
        var length = _text.AsSpan(_at).IndexOf(quote);
        if (length < 0 || _text.AsSpan(_at, length).Contains('\\'))
            throw Unexpected("a plain text");
        var text = _text.Substring(_at, length);
        _at += length + 1;
        return text;
    }

    private bool Truth()
    {
        SkipSpace();
        foreach (var (word, value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
            if (_text.AsSpan(_at).StartsWith(word))
            {
                _at += word.Length;
                return value;
            }
        throw Unexpected("True or False");
    }

    private List<long> Tuple()
    {
        var axes = new List<long>();
        Expect('(');
        while (!TryTake(')'))
        {
            SkipSpace();
            var length = 0;
            while (_at + length < _text.Length && char.IsAsciiDigit(_text[_at + length]))
                length++;
            if (!long.TryParse(_text.AsSpan(_at, length), NumberStyles.None, CultureInfo.InvariantCulture, out var axis))
                throw Unexpected("the length of an axis");
            _at += length;
            axes.Add(axis);
            if (TryTake(','))
                continue;
            Expect(')');
            // In Python, (5) without a comma is a number.
            return axes.Count > 1 ? axes : throw Unexpected("a comma after the only axis");
        }
        return axes;
    }

    private void Expect(char sign)
    {
        if (!TryTake(sign))
            throw Unexpected($"'{sign}'");
    }

    private bool TryTake(char sign)
    {
        SkipSpace();
        if (_at == _text.Length || _text[_at] != sign)
            return false;
        _at++;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\n')
            _at++;
    }

    private AttributionException Unexpected(string wanted) => _invalid($"its header has no {wanted} at character {_at}");

    private AttributionException Missing(string name) => _invalid($"its header has no '{name}'");
}
