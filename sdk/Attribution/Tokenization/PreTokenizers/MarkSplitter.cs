using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>
/// Cuts before each mark of sentencepiece (U+2581) that follows another character. Used only where no merge reaches over such a
/// place, so that the tokens stay the same while the model sees short words, which it remembers, instead of whole texts.
/// </summary>
internal sealed class MarkSplitter : Splitter
{
    public const char Mark = '\u2581';

    protected override void Split(ReadOnlySpan<char> text, int offset, PieceList result)
    {
        var start = 0;
        for (var at = 1; at < text.Length; at++)
            if (text[at] == Mark && text[at - 1] != Mark)
            {
                result.Add(offset + start, offset + at);
                start = at;
            }
        result.Add(offset + start, offset + text.Length);
    }
}
