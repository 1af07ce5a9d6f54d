namespace Attribution.Tokenization.Text;

/// <summary>Pieces of an <see cref="AlignedText"/> in order, as ranges of its units; empty pieces are dropped.</summary>
internal sealed class PieceList
{
    private TextSpan[] _pieces = new TextSpan[64];

    public int Count { get; private set; }

    public ReadOnlySpan<TextSpan> Span => _pieces.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(int start, int end)
    {
        if (end <= start)
            return;
        if (Count == _pieces.Length)
            Array.Resize(ref _pieces, 2 * Count);
        _pieces[Count++] = new TextSpan(start, end);
    }
}
