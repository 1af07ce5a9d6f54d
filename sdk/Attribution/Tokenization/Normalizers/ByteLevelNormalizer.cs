using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Normalizers;

/// <summary>Writes each UTF-8 byte as the character that stands for it in byte-level vocabularies.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override void Apply(AlignedText text) => ByteAlphabet.Rewrite(text);
}
