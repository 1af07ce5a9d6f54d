using System.Buffers;
using System.Globalization;
using System.Text;

namespace Attribution.Tokenization.Patterns;

/// <summary>
/// UTF-16 units that stand for the characters beyond U+FFFF, so that an expression for units matches them: each has the general category of those that it
/// stands for, and the expression does not name it. Where the expression names ranges beyond U+FFFF, the characters that are in the same ones share a unit.
/// </summary>
internal sealed class StandIns
{
    /// <summary>In an expression, the place of the first range's units; the other ranges' places follow on it.</summary>
    public const char FirstPlace = '\uE000';

    private const int AlphabeticSymbol = 30;

    // The categories that have characters beyond U+FFFF.
    private static readonly UnicodeCategory[] Astral =
    [
        UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.ModifierLetter, UnicodeCategory.OtherLetter,
        UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber,
        UnicodeCategory.OtherNumber, UnicodeCategory.Format, UnicodeCategory.PrivateUse, UnicodeCategory.DashPunctuation,
        UnicodeCategory.OtherPunctuation, UnicodeCategory.MathSymbol, UnicodeCategory.CurrencySymbol, UnicodeCategory.ModifierSymbol,
        UnicodeCategory.OtherSymbol, UnicodeCategory.OtherNotAssigned,
    ];

    // The code points from a bound to the next are in the same ranges, which are a set; set 0 is empty.
    private readonly int[] _bounds;
    private readonly int[] _setAt;
    private readonly List<int[]> _sets = [[]];
    private readonly List<char[]> _units = [];

    // For the units of the other sets, where a text has them itself: the unit of set 0 with the same category.
    private readonly Dictionary<char, char> _instead;
    private readonly SearchValues<char> _replaced;

    /// <param name="named">What the expression names up to U+FFFF.</param>
    /// <param name="ranges">The ranges beyond U+FFFF that it names.</param>
    /// <exception cref="NotSupportedException">There are not enough units.</exception>
    public StandIns(IReadOnlyList<(char First, char Last)> named, IReadOnlyList<(int First, int Last)> ranges)
    {
        _bounds = [.. ranges.SelectMany(range => (int[])[range.First, range.Last + 1]).Append(0).Distinct().Order()];
        _setAt = [.. _bounds.Select(bound => SetOf([.. Enumerable.Range(0, ranges.Count).Where(i => ranges[i].First <= bound && bound <= ranges[i].Last)]))];
        var needs = Needs();
        Choose(named, needs);
        // The units of symbols that count as letters are missed only by an expression that names all of them.
        needs[AlphabeticSymbol].Remove(0);
        if (Enumerable.Range(0, needs.Length).Any(kind => needs[kind].Any(set => set > 0 || Astral.Contains((UnicodeCategory)kind))))
            throw new NotSupportedException("the regular expression names too many characters of a general category");
        _instead = _units.Skip(1).SelectMany(units => units).Where(unit => unit != 0).ToDictionary(unit => unit, unit => _units[0][Kind(unit)]);
        _replaced = SearchValues.Create([.. _instead.Keys]);
    }

    /// <summary>Whether a text has units that must be replaced.</summary>
    public bool AreNeeded(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\uD800', '\uDFFF') || text.ContainsAny(_replaced);

    /// <summary>The unit for a code point beyond U+FFFF.</summary>
    public char this[int codePoint]
    {
        get
        {
            if (_bounds.Length == 1)
                return _units[0][Kind(codePoint)];
            var at = Array.BinarySearch(_bounds, codePoint);
            return _units[_setAt[at < 0 ? ~at - 1 : at]][Kind(codePoint)];
        }
    }

    /// <summary>What stands for a unit that is a character itself: another one if it is a stand-in.</summary>
    public char For(char unit) => _instead.Count > 0 && _instead.TryGetValue(unit, out var other) ? other : unit;

    /// <summary>The expression with each range's units in their place.</summary>
    public string Complete(string expression)
    {
        var result = new StringBuilder(expression.Length);
        foreach (var c in expression)
            if (c < FirstPlace)
                result.Append(c);
            else
                for (var set = 1; set < _sets.Count; set++)
                    if (Array.BinarySearch(_sets[set], c - FirstPlace) >= 0)
                        foreach (var unit in _units[set].Where(unit => unit != 0))
                            result.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
        return result.ToString();
    }

    private static int Kind(int codePoint)
        => CharacterKinds.IsAlphabeticSymbol(codePoint) ? AlphabeticSymbol : (int)CharUnicodeInfo.GetUnicodeCategory(codePoint);

    private int SetOf(int[] ranges)
    {
        var set = _sets.FindIndex(other => other.AsSpan().SequenceEqual(ranges));
        if (set >= 0)
            return set;
        _sets.Add(ranges);
        return _sets.Count - 1;
    }

    // By kind, the sets that need a unit of it.
    private List<int>[] Needs()
    {
        var needs = new SortedSet<int>[AlphabeticSymbol + 1];
        for (var kind = 0; kind < needs.Length; kind++)
            needs[kind] = [0];
        for (var i = 0; i + 1 < _bounds.Length; i++)
            for (var codePoint = _bounds[i]; _setAt[i] > 0 && codePoint < _bounds[i + 1]; codePoint++)
                needs[Kind(codePoint)].Add(_setAt[i]);
        return [.. needs.Select(sets => sets.ToList())];
    }

    // Removes the needs that are met.
    private void Choose(IReadOnlyList<(char First, char Last)> named, List<int>[] needs)
    {
        var taken = new bool[char.MaxValue + 1];
        foreach (var (first, last) in named)
            taken.AsSpan(first..(last + 1)).Fill(true);
        _units.AddRange(_sets.Select(_ => new char[needs.Length]));
        foreach (var caseless in (bool[])[true, false])
            for (var candidate = '\u0080'; candidate < '\uFFFF'; candidate++)
            {
                var kind = Kind(candidate);
                var lower = char.ToLowerInvariant(candidate);
                var upper = char.ToUpperInvariant(candidate);
                // A letter with a case partner could match through it if the expression ignores case.
                if (needs[kind].Count == 0 || taken[candidate] || lower != upper && (caseless || taken[lower] || taken[upper]))
                    continue;
                _units[needs[kind][0]][kind] = candidate;
                needs[kind].RemoveAt(0);
                taken[candidate] = true;
            }
    }
}
