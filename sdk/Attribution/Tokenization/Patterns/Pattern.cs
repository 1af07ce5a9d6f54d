using System.Buffers;
using System.Diagnostics;
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
/// characters beyond U+FFFF is matched through a copy in which each of them is one unit, its stand-in.
/// </summary>
internal sealed class RegexPattern : Pattern
{
    private readonly Regex _regex;
    private readonly StandIns _standIns;

    /// <exception cref="NotSupportedException">The expression uses something that has no exact equivalent here; the message names it.</exception>
    public RegexPattern(string expression)
    {
        var translated = new OnigurumaTranslator(expression);
        _standIns = new StandIns(translated.Names, translated.AstralRanges);
        try
        {
            _regex = new Regex(_standIns.Complete(translated.Result), RegexOptions.CultureInvariant | RegexOptions.Compiled, TokenizerBudget.OneMatch);
        }
        catch (ArgumentException error)
        {
            throw new NotSupportedException($"the regular expression is malformed: {error.Message}", error);
        }
    }

    public override void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        if (!_standIns.AreNeeded(text))
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
            shadow[length] = char.IsHighSurrogate(unit) ? _standIns[char.ConvertToUtf32(unit, text[at++])] : _standIns.For(unit);
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
}
