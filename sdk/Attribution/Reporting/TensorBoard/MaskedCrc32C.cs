using System.Numerics;

namespace Attribution.Reporting.TensorBoard;

/// <summary>The checksum of TFRecords: CRC-32C (RFC 3720, B.4), masked so that the checksum of data that holds checksums is no weak one.</summary>
internal static class MaskedCrc32C
{
    /// <summary>((crc &gt;&gt; 15) | (crc &lt;&lt; 17)) + 0xa282ead8.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
            crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}
