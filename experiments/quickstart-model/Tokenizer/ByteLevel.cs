using System.Text;

namespace QuickstartModel.Tokenizer;

/// <summary>The alphabet of byte-level BPE: a printable character for each byte, as GPT-2 chose them.</summary>
internal static class ByteLevel
{
    private static readonly char[] Characters = CreateAlphabet();

    /// <summary>The 256 characters, indexed by byte.</summary>
    public static ReadOnlySpan<char> Alphabet => Characters;

    /// <summary>The UTF-8 bytes of a text, one character each.</summary>
    public static string Encode(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => Characters[b]));

    private static char[] CreateAlphabet()
    {
        var alphabet = new char[256];
        var next = (char)256;
        for (var b = 0; b < 256; b++)
            alphabet[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : next++;
        return alphabet;
    }
}
