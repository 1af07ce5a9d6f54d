using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Attribution.Tokenization.Patterns;

/// <summary>The pattern that <c>Split</c> and <c>Replace</c> search for.</summary>
internal abstract class Pattern
{
    /// <summary>Appends the matches in order; they do not overlap, and begin and end between characters.</summary>
    public abstract void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches);
}

/// <summary>Single characters of a kind; each is a separate match.</summary>
internal sealed class CharacterPattern(Func<Rune, bool> isMatch) : Pattern
{
    public override void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (isMatch(rune))
                matches.Add(new TextSpan(at, at + rune.Utf16SequenceLength));
            at += rune.Utf16SequenceLength;
        }
    }
}

/// <summary>A literal string.</summary>
internal sealed class LiteralPattern(string literal) : Pattern
{
    /// <summary>The string to search for; not empty.</summary>
    public string Literal => literal;

    public override void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        for (var from = 0; text[from..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var skip; from += skip + literal.Length)
            matches.Add(new TextSpan(from + skip, from + skip + literal.Length));
    }
}

/// <summary>
/// A regular expression in the syntax of <c>tokenizer.json</c> (Oniguruma's Ruby syntax), matched per code point. .NET matches per UTF-16 unit, so a text with
/// characters beyond U+FFFF is matched through a copy in which each of them is one unit: a stand-in with the same general category that the expression does not
/// name.
/// </summary>
internal sealed class RegexPattern : Pattern
{
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

    private readonly Regex _regex;
    private readonly char[] _standIns;

    /// <exception cref="NotSupportedException">The expression uses something that has no exact equivalent here; the message names it.</exception>
    public RegexPattern(string expression)
    {
        var translated = new OnigurumaTranslator(expression);
        try
        {
            _regex = new Regex(translated.Result, RegexOptions.CultureInvariant | RegexOptions.Compiled, TokenizerBudget.OneMatch);
        }
        catch (ArgumentException error)
        {
            throw new NotSupportedException($"the regular expression is malformed: {error.Message}", error);
        }
        _standIns = ChooseStandIns(translated.Names);
    }

    public override void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            Match(text, matches);
            return;
        }
        var shadow = ArrayPool<char>.Shared.Rent(text.Length);
        var position = ArrayPool<int>.Shared.Rent(text.Length + 1);
        var length = 0;
        for (var at = 0; at < text.Length; length++)
        {
            position[length] = at;
            var unit = text[at++];
            shadow[length] = char.IsHighSurrogate(unit) ? StandIn(char.ConvertToUtf32(unit, text[at++])) : unit;
        }
        position[length] = text.Length;
        var first = matches.Count;
        Match(shadow.AsSpan(0, length), matches);
        for (var i = first; i < matches.Count; i++)
            matches[i] = new TextSpan(position[matches[i].Start], position[matches[i].End]);
        ArrayPool<char>.Shared.Return(shadow);
        ArrayPool<int>.Shared.Return(position);
    }

    private void Match(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        var last = -1;
        var clock = Stopwatch.StartNew();
        var most = TokenizerBudget.AllMatches(text.Length);
        try
        {
            foreach (var match in _regex.EnumerateMatches(text))
            {
                // Oniguruma's iterator does not return an empty match immediately after the previous match.
                if (match.Length > 0 || match.Index != last)
                    matches.Add(new TextSpan(match.Index, match.Index + match.Length));
                last = match.Index + match.Length;
                if ((matches.Count & 0xff) == 0 && clock.Elapsed > most)
                    throw TokenizerBudget.Exceeded($"takes more than {most.TotalSeconds:0} s to split a text");
            }
        }
        catch (RegexMatchTimeoutException)
        {
            throw TokenizerBudget.Exceeded($"has an expression that takes more than {TokenizerBudget.OneMatch.TotalSeconds:0} s for a match ({_regex})");
        }
    }

    private char StandIn(int codePoint)
        => _standIns[CharacterKinds.IsAlphabeticSymbol(codePoint) ? AlphabeticSymbol : (int)CharUnicodeInfo.GetUnicodeCategory(codePoint)];

    private static char[] ChooseStandIns(IReadOnlyList<(char First, char Last)> named)
    {
        var standIns = new char[AlphabeticSymbol + 1];
        var missing = standIns.Length;
        for (var caseless = true; ; caseless = false)
        {
            for (var candidate = '\u0080'; missing > 0 && candidate < '\uFFFF'; candidate++)
            {
                var kind = CharacterKinds.IsAlphabeticSymbol(candidate) ? AlphabeticSymbol : (int)char.GetUnicodeCategory(candidate);
                if (standIns[kind] != 0 || named.Any(range => range.First <= candidate && candidate <= range.Last))
                    continue;
                // A letter with a case partner could match through it if the expression ignores case.
                if (caseless && char.ToLowerInvariant(candidate) != char.ToUpperInvariant(candidate))
                    continue;
                standIns[kind] = candidate;
                missing--;
            }
            if (!caseless)
                break;
        }
        if (Astral.Any(kind => standIns[(int)kind] == 0))
            throw new NotSupportedException("the regular expression names every character of a general category");
        return standIns;
    }
}
