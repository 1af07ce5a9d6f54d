using System.Globalization;
using System.Text;

namespace Attribution.Tokenization.Patterns;

/// <summary>Character classes: what is between brackets.</summary>
internal sealed partial class OnigurumaTranslator
{
    // A class inside another is a union with it unless it is negated, so its brackets are left out.
    private string CharacterClass()
    {
        var text = new StringBuilder("[");
        _at++;
        if (_at < _source.Length && _source[_at] == '^')
        {
            _at++;
            text.Append('^');
        }
        var first = true;
        for (var depth = 1; depth > 0;)
        {
            if (_at >= _source.Length)
                throw Refused("a character class without an end");
            var c = _source[_at];
            if (_source.AsSpan(_at) is ['[', '^' or ':', ..] or ['&', '&', ..])
                throw Refused($"'{_source[_at..(_at + 2)]}' in a character class");
            if (c == '[' || c == ']' && !first)
            {
                _at++;
                depth += c == '[' ? 1 : -1;
            }
            else
            {
                AppendMember(text);
            }
            first = c == '[';
        }
        return text.Append(']').ToString();
    }

    private void AppendMember(StringBuilder text)
    {
        if (ClassCharacter() is not { } low)
        {
            text.Append(Escape(insideClass: true));
            return;
        }
        var high = low;
        if (_at + 1 < _source.Length && _source[_at] == '-' && _source[_at + 1] != ']')
        {
            _at++;
            high = (_source[_at] == '[' ? null : ClassCharacter()) ?? throw Refused("a range that ends in a class");
        }
        if (low > high)
            throw Refused("a range whose end is before its beginning");
        if (low <= char.MaxValue)
        {
            var last = Math.Min(high, char.MaxValue);
            Name((char)low, (char)last);
            text.Append(CultureInfo.InvariantCulture, $"\\u{low:X4}");
            if (last != low)
                text.Append(CultureInfo.InvariantCulture, $"-\\u{last:X4}");
            if (_ignoresCase)
                text.Append(Foldings(low, last));
        }
        if (high > char.MaxValue)
            text.Append(AstralPlace(Math.Max(low, char.MaxValue + 1), high));
    }

    // One character of a class; null if an escape for several characters begins here.
    private int? ClassCharacter() => _source[_at] == '\\' ? SingleEscape() : CodePoint();
}
