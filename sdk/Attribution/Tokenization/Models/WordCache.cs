using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Attribution.Tokenization.Models;

/// <summary>
/// A cache of the tokens of pieces. Each slot contains one immutable word, so any number of threads may read and write without a lock; a word that hashes to a
/// used slot replaces its content, so the size is bounded.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer pieces are too rare to be worth a slot.</summary>
    public const int LongestWord = 64;

    private const int Bits = 16;

    private readonly Word?[] _words = new Word?[1 << Bits];

    /// <summary>A piece with its tokens.</summary>
    internal sealed record Word(uint Hash, string Text, int[] Ids, int[] Lengths);

    /// <summary>The word of a piece; null if its slot has another word.</summary>
    public Word? Find(ReadOnlySpan<char> text, uint hash)
    {
        var word = Volatile.Read(ref _words[hash >> (32 - Bits)]);
        return word is not null && word.Hash == hash && text.SequenceEqual(word.Text) ? word : null;
    }

    /// <summary>Remembers a word.</summary>
    public void Set(Word word) => Volatile.Write(ref _words[word.Hash >> (32 - Bits)], word);

    /// <summary>A hash of a piece, four units at a time; its high bits are the best ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash(ReadOnlySpan<char> text)
    {
        const ulong multiplier = 0x9E3779B97F4A7C15;
        var hash = (ulong)text.Length * multiplier;
        var bytes = MemoryMarshal.AsBytes(text);
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
        ulong rest = 0;
        foreach (var unit in MemoryMarshal.Cast<byte, char>(bytes))
            rest = rest << 16 | unit;
        return (uint)(Mix(hash ^ rest) >> 32);

        static ulong Mix(ulong value)
        {
            value *= multiplier;
            return value ^ value >> 29;
        }
    }
}
