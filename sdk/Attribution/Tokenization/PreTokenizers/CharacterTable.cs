using System.Globalization;
using Attribution.Tokenization.Text;

namespace Attribution.Tokenization.PreTokenizers;

/// <summary>The kinds of characters that the byte-level splitters distinguish, with one lookup per character.</summary>
internal static class CharacterTable
{
    public const byte Other = 0, Letter = 1, Number = 2, Space = 3, LineEnd = 4, Surrogate = 5;

    private static readonly byte[] Kinds = Build();

    /// <summary>The kind of the character at a position, and its length in UTF-16 units.</summary>
    public static byte Kind(ReadOnlySpan<char> text, int at, out int length)
    {
        length = 1;
        var kind = Kinds[text[at]];
        if (kind != Surrogate)
            return kind;
        length = 2;
        return Kind(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(text[at], text[at + 1])));
    }

    /// <summary>The end of a run of characters of one kind that begins at a position.</summary>
    public static int EndOfRun(ReadOnlySpan<char> text, int at, byte kind)
    {
        while (at < text.Length && Kind(text, at, out var length) == kind)
            at += length;
        return at;
    }

    private static byte[] Build()
    {
        var kinds = new byte[char.MaxValue + 1];
        for (var c = 0; c < kinds.Length; c++)
            kinds[c] = (char)c is '\r' or '\n' ? LineEnd
                : char.IsWhiteSpace((char)c) ? Space
                : char.IsSurrogate((char)c) ? Surrogate
                : Kind(char.GetUnicodeCategory((char)c));
        return kinds;
    }

    private static byte Kind(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
        _ => Other,
    };
}

/// <summary>Replaces each UTF-8 byte by its character if further steps follow <c>ByteLevel</c>; otherwise the model reads the bytes itself.</summary>
internal sealed class ByteCharacters : PreTokenizer
{
    public override void Apply(AlignedText text, PieceList pieces, PieceList result)
    {
        text.BeginRewrite();
        foreach (var piece in pieces.Span)
        {
            var start = text.Rewritten;
            ByteAlphabet.Append(text, piece.Start, piece.End);
            result.Add(start, text.Rewritten);
        }
        text.EndRewrite();
    }
}
