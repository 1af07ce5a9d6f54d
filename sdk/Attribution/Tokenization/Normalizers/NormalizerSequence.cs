using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Normalizers;

/// <summary>Normalizers one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override void Apply(AlignedText text)
    {
        foreach (var step in steps)
            step.Apply(text);
    }
}
