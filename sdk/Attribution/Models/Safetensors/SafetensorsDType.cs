using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Attribution.Models.Safetensors;

/// <summary>
/// The element types of the safetensors format, in the order of its reference implementation, which sorts tensors by descending type and so keeps every tensor
/// aligned.
/// </summary>
internal enum SafetensorsDType
{
    Bool,
    F4,
    F6E2M3,
    F6E3M2,
    U8,
    I8,
    F8E5M2,
    F8E4M3,
    F8E8M0,
    F8E4M3Fnuz,
    F8E5M2Fnuz,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    C64,
    F64,
    I64,
    U64,
}

/// <summary>Names and sizes of <see cref="SafetensorsDType"/> in the format.</summary>
internal static class SafetensorsDTypeExtensions
{
    private static readonly (string Name, int Bits)[] Table =
    [
        ("BOOL", 8), ("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("U8", 8), ("I8", 8), ("F8_E5M2", 8), ("F8_E4M3", 8), ("F8_E8M0", 8),
        ("F8_E4M3FNUZ", 8), ("F8_E5M2FNUZ", 8), ("I16", 16), ("U16", 16), ("F16", 16), ("BF16", 16), ("I32", 32), ("U32", 32), ("F32", 32),
        ("C64", 64), ("F64", 64), ("I64", 64), ("U64", 64),
    ];

    private static readonly FrozenDictionary<string, SafetensorsDType> ByName =
        Table.Select((entry, i) => (entry.Name, DType: (SafetensorsDType)i)).ToFrozenDictionary(e => e.Name, e => e.DType);

    /// <summary>The name in a header, for example <c>BF16</c>.</summary>
    public static string Name(this SafetensorsDType dtype) => Table[(int)dtype].Name;

    /// <summary>The size of one element in bits; below 8 for packed types.</summary>
    public static int Bits(this SafetensorsDType dtype) => Table[(int)dtype].Bits;

    /// <summary>Computes the size of a tensor of this type and shape: the product of the sizes, 1 for a scalar, times the element's bits, in bytes.</summary>
    /// <returns>False if the product does not fit 63 bits or is not a whole number of bytes (packed types).</returns>
    public static bool TryGetByteCount(this SafetensorsDType dtype, ReadOnlySpan<long> shape, out long bytes)
    {
        bytes = 0;
        var elements = 1L;
        foreach (var size in shape)
        {
            if (size != 0 && elements > long.MaxValue / size)
                return false;
            elements *= size;
        }
        var bits = (Int128)elements * dtype.Bits();
        if (bits % 8 != 0 || bits / 8 > long.MaxValue)
            return false;
        bytes = (long)(bits / 8);
        return true;
    }

    internal static bool TryParse([NotNullWhen(true)] string? name, out SafetensorsDType dtype)
    {
        dtype = default;
        return name is not null && ByName.TryGetValue(name, out dtype);
    }
}
