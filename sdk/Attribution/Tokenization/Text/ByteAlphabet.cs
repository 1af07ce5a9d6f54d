using System.Text;

namespace Attribution.Tokenization.Text;

/// <summary>
/// The printable characters for bytes in byte-level vocabularies (GPT-2): bytes that are printable in Latin-1 represent themselves, the others are mapped to
/// U+0100 and up.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOfByte = Build();
    private static readonly short[] ByteOfChar = Invert();

    /// <summary>The character of a byte.</summary>
    public static char ToChar(byte value) => CharOfByte[value];

    /// <summary>The byte of a character; false if the character represents none.</summary>
    public static bool TryToByte(char character, out byte value)
    {
        var found = character < ByteOfChar.Length ? ByteOfChar[character] : (short)-1;
        value = (byte)found;
        return found >= 0;
    }

    /// <summary>Replaces every character by the characters of its bytes, which share its range.</summary>
    public static void Rewrite(AlignedText text)
    {
        text.BeginRewrite();
        Append(text, 0, text.Length);
        text.EndRewrite();
    }

    /// <summary>Appends the byte characters of some units to a rewrite.</summary>
    public static void Append(AlignedText text, int start, int end)
    {
        Span<byte> bytes = stackalloc byte[4];
        Span<char> units = stackalloc char[4];
        for (var at = start; at < end;)
        {
            Rune.DecodeFromUtf16(text.Chars[at..], out var rune, out var length);
            var count = rune.EncodeToUtf8(bytes);
            for (var i = 0; i < count; i++)
                units[i] = ToChar(bytes[i]);
            text.Append(units[..count], at);
            at += length;
        }
    }

    private static char[] Build()
    {
        var chars = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
            chars[value] = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)value : (char)next++;
        return chars;
    }

    private static short[] Invert()
    {
        var bytes = new short[CharOfByte.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[CharOfByte[value]] = (short)value;
        return bytes;
    }
}
