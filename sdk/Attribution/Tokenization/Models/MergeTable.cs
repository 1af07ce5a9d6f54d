using System.Runtime.CompilerServices;

namespace Attribution.Tokenization.Models;

/// <summary>The merges of a BPE model: for each pair of tokens the token that it becomes, and the order of preference.</summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    private readonly ulong[] _pairs;
    private readonly (int Rank, int Id)[] _merges;
    private readonly int _shift;

    /// <param name="count">The greatest number of merges to be added.</param>
    public MergeTable(int count)
    {
        var bits = 4;
        while (1 << bits < count + count / 2)
            bits++;
        _shift = 64 - bits;
        _pairs = new ulong[1 << bits];
        _merges = new (int, int)[1 << bits];
        Array.Fill(_pairs, ulong.MaxValue);
    }

    /// <summary>Adds a merge; it replaces an earlier one of the same pair.</summary>
    public void Set(int left, int right, int rank, int id)
    {
        var at = Find(left, right);
        _pairs[at] = Pair(left, right);
        _merges[at] = (rank, id);
    }

    /// <summary>The rank of a pair, lower first, and the token that it becomes; <see cref="None"/> if it does not merge.</summary>
    public int Rank(int left, int right, out int id)
    {
        var at = Find(left, right);
        if (_pairs[at] == ulong.MaxValue)
        {
            id = -1;
            return None;
        }
        (var rank, id) = _merges[at];
        return rank;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(int left, int right)
    {
        var pair = Pair(left, right);
        var at = (int)(pair * 0x9E3779B97F4A7C15 >> _shift);
        while (_pairs[at] != pair && _pairs[at] != ulong.MaxValue)
            at = (at + 1) & (_pairs.Length - 1);
        return at;
    }

    private static ulong Pair(int left, int right) => (ulong)(uint)left << 32 | (uint)right;
}
