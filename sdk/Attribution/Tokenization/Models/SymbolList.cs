namespace Attribution.Tokenization.Models;

/// <summary>Tokens with the number of UTF-8 bytes that each covers.</summary>
internal sealed class SymbolList
{
    public int[] Ids { get; private set; } = new int[256];

    public int[] Lengths { get; private set; } = new int[256];

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Truncate(int count) => Count = count;

    public void Add(int id, int length)
    {
        Reserve(1);
        Ids[Count] = id;
        Lengths[Count++] = length;
    }

    public void AddRange(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths)
    {
        Reserve(ids.Length);
        ids.CopyTo(Ids.AsSpan(Count));
        lengths.CopyTo(Lengths.AsSpan(Count));
        Count += ids.Length;
    }

    private void Reserve(int more)
    {
        if (Count + more <= Ids.Length)
            return;
        var capacity = Math.Max(Count + more, 2 * Ids.Length);
        (var ids, Ids) = (Ids, new int[capacity]);
        (var lengths, Lengths) = (Lengths, new int[capacity]);
        ids.AsSpan(0, Count).CopyTo(Ids);
        lengths.AsSpan(0, Count).CopyTo(Lengths);
    }
}
