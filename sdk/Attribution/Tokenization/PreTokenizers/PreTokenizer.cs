using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>A step that cuts the pieces of a text further, and may change the text.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Replaces <paramref name="pieces"/> by finer ones.</summary>
    /// <param name="text">The text that the pieces lie in.</param>
    /// <param name="pieces">The pieces so far, in order.</param>
    /// <param name="result">Empty; takes the new pieces.</param>
    public abstract void Apply(AlignedText text, PieceList pieces, PieceList result);
}
