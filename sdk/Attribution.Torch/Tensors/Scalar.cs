using Attribution.Torch.Native;

namespace TorchSharp;

/// <summary>A number (or truth value) as an operator takes it.</summary>
public sealed class Scalar : IDisposable
{
    private Scalar(ValueTag tag, long bits, torch.ScalarType type)
    {
        Tag = tag;
        Bits = bits;
        Type = type;
    }

    internal ValueTag Tag { get; }

    /// <summary>The integer itself, or the bits of the double.</summary>
    internal long Bits { get; }

    /// <summary>The dtype that the number had.</summary>
    public torch.ScalarType Type { get; }

    internal double AsDouble => Tag == ValueTag.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;
    internal long AsInt64 => Tag == ValueTag.Double ? (long)BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static implicit operator Scalar(byte value) => new(ValueTag.Int, value, torch.ScalarType.Byte);
    public static implicit operator Scalar(sbyte value) => new(ValueTag.Int, value, torch.ScalarType.Int8);
    public static implicit operator Scalar(short value) => new(ValueTag.Int, value, torch.ScalarType.Int16);
    public static implicit operator Scalar(int value) => new(ValueTag.Int, value, torch.ScalarType.Int32);
    public static implicit operator Scalar(long value) => new(ValueTag.Int, value, torch.ScalarType.Int64);
    public static implicit operator Scalar(Half value) => Real((double)value, torch.ScalarType.Float16);
    public static implicit operator Scalar(BFloat16 value) => Real((float)value, torch.ScalarType.BFloat16);
    public static implicit operator Scalar(float value) => Real(value, torch.ScalarType.Float32);
    public static implicit operator Scalar(double value) => Real(value, torch.ScalarType.Float64);
    public static implicit operator Scalar(bool value) => new(ValueTag.Bool, value ? 1 : 0, torch.ScalarType.Bool);

    private static Scalar Real(double value, torch.ScalarType type) => new(ValueTag.Double, BitConverter.DoubleToInt64Bits(value), type);

    public void Dispose()
    {
    }
}
