using System.Security.Cryptography;
using System.Text;

namespace Attribution.Data.Store.Journals;

/// <summary>
/// A line of a journal: <c>checksum key value</c>, where the checksum is the first 16 hexadecimal digits of the SHA-256 of the rest of the line. The value is
/// JSON text without line breaks.
/// </summary>
internal static class JournalLine
{
    private const int ChecksumDigits = 16;
    private const int KeyDigits = 2 * ContentHash.Size;
    private const int ValueAt = ChecksumDigits + 1 + KeyDigits + 1;

    /// <summary>The line in UTF-8, with its line break.</summary>
    public static byte[] Write(ContentHash key, string value)
    {
        var line = new byte[ValueAt + Encoding.UTF8.GetByteCount(value) + 1];
        Encoding.ASCII.GetBytes(key.ToString(), line.AsSpan(ChecksumDigits + 1));
        Encoding.UTF8.GetBytes(value, line.AsSpan(ValueAt));
        line[ChecksumDigits] = line[ValueAt - 1] = (byte)' ';
        line[^1] = (byte)'\n';
        if (line.AsSpan(ValueAt, line.Length - ValueAt - 1).Contains((byte)'\n'))
            throw new ArgumentException("A journal's value has no line breaks.", nameof(value));
        WriteChecksum(line.AsSpan(ChecksumDigits + 1, line.Length - ChecksumDigits - 2), line);
        return line;
    }

    /// <summary>Reads a line without its line break.</summary>
    /// <returns>Whether the line is intact.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, out ContentHash key, out string value)
    {
        (key, value) = (default, "");
        if (line.Length < ValueAt)
            return false;
        Span<byte> checksum = stackalloc byte[ChecksumDigits];
        WriteChecksum(line[(ChecksumDigits + 1)..], checksum);
        if (!checksum.SequenceEqual(line[..ChecksumDigits]) || !ContentHash.TryParse(Encoding.ASCII.GetString(line.Slice(ChecksumDigits + 1, KeyDigits)),
            out key))
            return false;
        value = Encoding.UTF8.GetString(line[ValueAt..]);
        return true;
    }

    private static void WriteChecksum(ReadOnlySpan<byte> content, Span<byte> digits)
    {
        Span<byte> hash = stackalloc byte[ContentHash.Size];
        SHA256.HashData(content, hash);
        Convert.TryToHexStringLower(hash[..(ChecksumDigits / 2)], digits, out _);
    }
}
