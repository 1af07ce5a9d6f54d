using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>The form of numbers in memory. Computation is in float32, sixteen numbers at a time.</summary>
internal unsafe interface IElements
{
    /// <summary>The number of values that are loaded and stored at a time.</summary>
    const int Lanes = 16;

    static abstract Vector512<float> Load(void* data, long index);

    static abstract void Store(void* data, long index, Vector512<float> values);

    static abstract float Get(void* data, long index);

    static abstract void Set(void* data, long index, float value);
}

/// <summary>32-bit numbers.</summary>
internal readonly unsafe struct Float32Elements : IElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(void* data, long index) => Vector512.Load((float*)data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(void* data, long index, Vector512<float> values) => values.Store((float*)data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Get(void* data, long index) => ((float*)data)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(void* data, long index, float value) => ((float*)data)[index] = value;
}

/// <summary>16-bit numbers, the upper half of float32; stored rounded to nearest even.</summary>
internal readonly unsafe struct BFloat16Elements : IElements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(void* data, long index)
    {
        var (low, high) = Vector256.Widen(Vector256.Load((ushort*)data + index));
        return Vector512.ShiftLeft(Vector512.Create(low, high), 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(void* data, long index, Vector512<float> values)
    {
        var bits = values.AsUInt32();
        bits = Vector512.ShiftRightLogical(bits + Vector512.Create(0x7FFFu) + (Vector512.ShiftRightLogical(bits, 16) & Vector512.Create(1u)), 16);
        Vector256.Narrow(bits.GetLower(), bits.GetUpper()).Store((ushort*)data + index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Get(void* data, long index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[index] << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(void* data, long index, float value) => ((BFloat16*)data)[index] = (BFloat16)value;
}
