using System.Globalization;
using System.Text;
using Attribution.Tokenization.Patterns;
using Attribution.Tokenization.Text;
using Attribution.Tokenization.Unicode;

namespace Attribution.Tokenization.Normalizers;

/// <summary>A step that changes a text before it is cut into pieces.</summary>
internal abstract class Normalizer
{
    /// <summary>Changes the text in place.</summary>
    public abstract void Apply(AlignedText text);
}

/// <summary>Replaces each UTF-8 byte by the character for it in byte-level vocabularies.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override void Apply(AlignedText text) => ByteAlphabet.Rewrite(text);
}

/// <summary>Drops characters: accents, or white space at the ends.</summary>
internal abstract class FilterNormalizer : Normalizer
{
    /// <summary>The range to keep; everything outside is dropped.</summary>
    protected virtual TextSpan Range(ReadOnlySpan<char> text) => new(0, text.Length);

    /// <summary>Whether to keep a character inside the range.</summary>
    protected virtual bool Keeps(Rune rune) => true;

    public override void Apply(AlignedText text)
    {
        var range = Range(text.Chars);
        text.BeginRewrite();
        for (var at = range.Start; at < range.End;)
        {
            Rune.DecodeFromUtf16(text.Chars[at..], out var rune, out var length);
            if (Keeps(rune))
                text.Append(at, at + length);
            at += length;
        }
        text.EndRewrite();
    }
}

/// <summary>Lower case by Unicode's mapping of single characters, in which one character becomes two: U+0130.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override void Apply(AlignedText text)
    {
        var target = new List<(int, int)>(text.Length);
        foreach (var rune in text.Chars.EnumerateRunes())
            if (rune.Value == 0x130)
                target.AddRange([('i', 0), (0x307, 1)]);
            else
                target.Add((Rune.ToLowerInvariant(rune).Value, 0));
        text.Transform(target, dropped: 0);
    }
}

/// <summary>Normalizers one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override void Apply(AlignedText text)
    {
        foreach (var step in steps)
        {
            text.Step();
            step.Apply(text);
        }
    }
}

/// <summary>Inserts a mark before a non-empty text; the mark is aligned with the text's first character.</summary>
internal sealed class PrependNormalizer(string mark) : Normalizer
{
    public override void Apply(AlignedText text)
    {
        if (text.Length == 0)
            return;
        text.BeginRewrite();
        text.Append(mark, alignedWith: 0);
        text.Append(0, text.Length);
        text.EndRewrite();
    }
}

/// <summary>Replaces each match of a pattern; the new text is aligned with the last replaced character.</summary>
internal sealed class ReplaceNormalizer(Pattern pattern, string content) : Normalizer
{
    public override void Apply(AlignedText text)
    {
        // The case of every sentencepiece vocabulary: one unit replaces one unit.
        if (pattern is LiteralPattern { Literal: [var from] } && content is [var to])
        {
            text.Writable.Replace(from, to);
            return;
        }
        var matches = new List<TextSpan>();
        pattern.FindMatches(text.Chars, matches);
        if (matches.Count == 0)
            return;
        text.BeginRewrite();
        var done = 0;
        foreach (var match in matches)
        {
            text.Append(done, match.Start);
            text.Append(content, match.End - 1);
            done = match.End;
        }
        text.Append(done, text.Length);
        text.EndRewrite();
    }
}

/// <summary>Drops combining marks.</summary>
internal sealed class StripAccentsNormalizer : FilterNormalizer
{
    protected override bool Keeps(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark);
}

/// <summary>Drops white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : FilterNormalizer
{
    protected override TextSpan Range(ReadOnlySpan<char> text)
    {
        var start = 0;
        var end = text.Length;
        while (left && start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (right && end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        return new TextSpan(start, end);
    }
}

/// <summary>One of the four Unicode normalization forms.</summary>
internal sealed class UnicodeNormalizer(bool compatibility, bool compose) : Normalizer
{
    public override void Apply(AlignedText text)
    {
        if (UnicodeNormalization.IsNormalizedForSure(text.Chars, compatibility, compose))
            return;
        text.Transform(UnicodeNormalization.Normalize(text.Chars, compatibility, compose), dropped: 0);
    }
}
