using System.Text;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Normalizers;

/// <summary>Drops characters: accents, or white space at the ends.</summary>
internal abstract class FilterNormalizer : Normalizer
{
    /// <summary>How many units to keep, and from where: the range outside of which everything is dropped.</summary>
    protected virtual TextSpan Range(ReadOnlySpan<char> text) => new(0, text.Length);

    /// <summary>Whether a character inside the range stays.</summary>
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
