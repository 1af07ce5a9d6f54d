using System.Text;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Normalizers;

/// <summary>Lower case by Unicode's mapping of single characters, which knows one that becomes two: U+0130.</summary>
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
