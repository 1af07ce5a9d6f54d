namespace TorchSharp;

/// <summary>A 16-bit floating point number with float32's exponent and 8 significant bits. Conversion rounds to nearest even.</summary>
public readonly struct BFloat16 : IEquatable<BFloat16>
{
    internal readonly ushort value;

    internal BFloat16(ushort bits) => value = bits;

    public BFloat16(float number) => value = Round(number);

    public static explicit operator BFloat16(float number) => new(Round(number));
    public static explicit operator BFloat16(double number) => new(Round((float)number));
    public static implicit operator float(BFloat16 number) => BitConverter.UInt32BitsToSingle((uint)number.value << 16);
    public static implicit operator double(BFloat16 number) => (float)number;

    public bool Equals(BFloat16 other) => (float)this == (float)other;
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);
    public override int GetHashCode() => ((float)this).GetHashCode();
    public override string ToString() => ((float)this).ToString();

    private static ushort Round(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        if (float.IsNaN(number))
            return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
