using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Normalizers;

/// <summary>A step that changes a text before it is cut into pieces.</summary>
internal abstract class Normalizer
{
    /// <summary>Changes the text in place.</summary>
    public abstract void Apply(AlignedText text);
}
