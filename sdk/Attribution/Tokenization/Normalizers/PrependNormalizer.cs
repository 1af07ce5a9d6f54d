using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.Normalizers;

/// <summary>Puts a mark before a text that is not empty; the mark stands for the text's first character.</summary>
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
