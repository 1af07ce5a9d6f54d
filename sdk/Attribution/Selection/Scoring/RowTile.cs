using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Attribution.Data.Vectors;

namespace Attribution.Selection.Scoring;

/// <summary>Converts stored components to float32 for the dot products, and sums their squares.</summary>
internal static unsafe class RowTile
{
    private const int Lanes = 16;

    /// <summary>The greatest number of components converted at a time; the target's length is a multiple of it.</summary>
    private const int Step = 64;

    /// <summary>
    /// The difference between the exponent biases of float32 and float16. One multiplication by this power of two corrects the exponents, also those of
    /// subnormal numbers.
    /// </summary>
    private const int ExponentGap = 112;

    private const short HalfInfinity = 0x7C00, HalfMagnitude = 0x7FFF;

    /// <summary>Converts components of one row, and fills up with zeros to a multiple of 64.</summary>
    /// <param name="element">The stored type.</param>
    /// <param name="stored">The address of the first component.</param>
    /// <param name="count">The number of components.</param>
    /// <param name="single">Receives the components.</param>
    /// <returns>The sum of their squares; NaN or infinite if one is not finite.</returns>
    public static double Convert(VectorElement element, byte* stored, int count, float* single)
    {
        var size = element switch { VectorElement.Float32 => 4, VectorElement.Float16 => 2, _ => 1 };
        var whole = count / Step * Step;
        var squares = Convert(element, stored, single, whole);
        if (whole == count)
            return squares;
        var padded = stackalloc byte[Step * sizeof(float)];
        new Span<byte>(padded, Step * sizeof(float)).Clear();
        Buffer.MemoryCopy(stored + whole * size, padded, Step * sizeof(float), (count - whole) * size);
        return squares + Convert(element, padded, single + whole, Step);
    }

    private static double Convert(VectorElement element, byte* stored, float* single, int count) => element switch
    {
        VectorElement.Float32 => FromSingle((float*)stored, single, count),
        VectorElement.Float16 => FromHalf((short*)stored, single, count),
        _ => FromSByte((sbyte*)stored, single, count),
    };

    // Squares are in float64: the square of a float32 may be too small or too large for float32.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double FromSingle(float* stored, float* single, int count)
    {
        var (lower, upper) = (Vector512<double>.Zero, Vector512<double>.Zero);
        for (var d = 0; d < count; d += Lanes)
        {
            var x = Vector512.Load(stored + d);
            x.Store(single + d);
            var (low, high) = Vector512.Widen(x);
            lower = Vector512.FusedMultiplyAdd(low, low, lower);
            upper = Vector512.FusedMultiplyAdd(high, high, upper);
        }
        return Vector512.Sum(lower + upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double FromHalf(short* stored, float* single, int count)
    {
        var scale = Vector512.Create(MathF.ScaleB(1, ExponentGap));
        var bits = Vector512.Create(unchecked((int)0x8FFFE000));
        var magnitude = Vector512.Create(HalfMagnitude);
        var most = Vector512<short>.Zero;
        var (lower, upper) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var d = 0; d < count; d += 2 * Lanes)
        {
            var halves = Vector512.Load(stored + d);
            most = Vector512.Max(most, halves & magnitude);
            // Moves sign, exponent and fraction to their places; the sign follows from the extension to 32 bits.
            var (low, high) = Vector512.Widen(halves);
            var x = ((low << 13) & bits).AsSingle() * scale;
            var y = ((high << 13) & bits).AsSingle() * scale;
            x.Store(single + d);
            y.Store(single + d + Lanes);
            lower = Vector512.FusedMultiplyAdd(x, x, lower);
            upper = Vector512.FusedMultiplyAdd(y, y, upper);
        }
        return Vector512.GreaterThanOrEqualAny(most, Vector512.Create(HalfInfinity)) ? double.NaN : Sum(lower + upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double FromSByte(sbyte* stored, float* single, int count)
    {
        var squares = Vector512<float>.Zero;
        for (var d = 0; d < count; d += 4 * Lanes)
        {
            var (low, high) = Vector512.Widen(Vector512.Load(stored + d));
            var (a, b) = Vector512.Widen(low);
            var (c, e) = Vector512.Widen(high);
            Take(a, d);
            Take(b, d + Lanes);
            Take(c, d + 2 * Lanes);
            Take(e, d + 3 * Lanes);
        }
        return Sum(squares);

        void Take(Vector512<int> numbers, int at)
        {
            var x = Vector512.ConvertToSingle(numbers);
            x.Store(single + at);
            squares = Vector512.FusedMultiplyAdd(x, x, squares);
        }
    }

    private static double Sum(Vector512<float> squares)
    {
        var (low, high) = Vector512.Widen(squares);
        return Vector512.Sum(low + high);
    }
}
