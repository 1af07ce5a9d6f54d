using System.Buffers;
using System.Numerics.Tensors;

namespace Attribution.Data.Vectors;

/// <summary>
/// Converts rows to 16 or 8 bits with a scale each: component = stored number times scale. A row that is not finite becomes all NaN (its scale is NaN); a row
/// of zeros stays zero.
/// </summary>
internal static class RowQuantizer
{
    /// <summary>The exponent of float16's largest numbers, to which the row's largest component is scaled.</summary>
    private const int HalfExponent = 15;

    private const int SByteMost = 127;

    /// <summary>Scales by a power of two, so that only what exceeds float16's 11 significant bits is lost.</summary>
    /// <returns>The row's scale.</returns>
    public static float ToHalf(ReadOnlySpan<float> row, Span<Half> stored)
    {
        var most = Largest(row);
        if (!float.IsFinite(most) || most == 0)
            return WithoutDirection(most, stored);
        // 2^14 <= most / scale < 2^15: half of float16's range stays unused, so that rounding up never gives infinity.
        var scale = Math.Max(MathF.ScaleB(1, MathF.ILogB(most) + 1 - HalfExponent), float.Epsilon);
        var scaled = ArrayPool<float>.Shared.Rent(row.Length);
        TensorPrimitives.Divide(row, scale, scaled);
        TensorPrimitives.ConvertToHalf(scaled.AsSpan(0, row.Length), stored);
        ArrayPool<float>.Shared.Return(scaled);
        return scale;
    }

    /// <summary>Scales the row's largest component to 127 and rounds to the nearest, ties to even.</summary>
    /// <returns>The row's scale.</returns>
    public static float ToInt8(ReadOnlySpan<float> row, Span<sbyte> stored)
    {
        var most = Largest(row);
        var scale = most / SByteMost;
        if (!float.IsFinite(most) || scale == 0)
            return WithoutDirection(most, stored);
        for (var d = 0; d < row.Length; d++)
            stored[d] = (sbyte)Math.Clamp(Math.Round((double)row[d] / scale), -SByteMost, SByteMost);
        return scale;
    }

    // NaN if any component is NaN.
    private static float Largest(ReadOnlySpan<float> row) => MathF.Abs(TensorPrimitives.MaxMagnitude(row));

    private static float WithoutDirection<T>(float most, Span<T> stored)
    {
        stored.Clear();
        return float.IsFinite(most) ? 1 : float.NaN;
    }
}
