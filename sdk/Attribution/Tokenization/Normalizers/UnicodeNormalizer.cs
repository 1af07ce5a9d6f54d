using Attribution.Tokenization.Text;
using Attribution.Tokenization.Unicode;

namespace Attribution.Tokenization.Normalizers;

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
