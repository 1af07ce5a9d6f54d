using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>The gated activation <c>silu(gate) up</c>, <c>silu(z) = z / (1 + exp(-z))</c>, and its derivative.</summary>
internal static unsafe class GateStep
{
    /// <summary>The activation.</summary>
    /// <param name="gate">[N, F], or with up beside it [N, 2 F].</param>
    /// <param name="up">[N, F], or [N, 2 F] with up beside it.</param>
    /// <returns>[N, F]; null if it is beside gate.</returns>
    public static Tensor Forward(Tensor gate, Tensor? up)
    {
        var width = up is null ? gate.shape[^1] / 2 : gate.shape[^1];
        var result = empty([.. gate.shape[..^1], width], gate.dtype);
        if (gate.dtype == float32)
            Forward<Float32Elements>(gate, up, result, width);
        else
            Forward<BFloat16Elements>(gate, up, result, width);
        return result;
    }

    /// <summary>Replaces gate and up by their gradients, given the gradient with respect to the activation, [N, F].</summary>
    public static void Backward(Tensor gradient, Tensor gate, Tensor? up)
    {
        if (gate.dtype == float32)
            Backward<Float32Elements>(gradient, gate, up);
        else
            Backward<BFloat16Elements>(gradient, gate, up);
    }

    private static void Forward<E>(Tensor gate, Tensor? up, Tensor result, long width)
        where E : IElements
    {
        void* gates = Rows.Data(gate), ups = Rows.Data(up ?? gate), results = Rows.Data(result);
        var (stride, offset) = (gate.shape[^1], up is null ? width : 0);
        Rows.For(result.NumberOfElements / width, width * 4, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                var (i, end) = (0L, width & -IElements.Lanes);
                for (; i < end; i += IElements.Lanes)
                {
                    var z = E.Load(gates, (row * stride) + i);
                    E.Store(results, (row * width) + i, z * Sigmoid(z) * E.Load(ups, (row * stride) + offset + i));
                }
                for (; i < width; i++)
                {
                    var z = E.Get(gates, (row * stride) + i);
                    E.Set(results, (row * width) + i, z / (1 + MathF.Exp(-z)) * E.Get(ups, (row * stride) + offset + i));
                }
            }
        });
        GC.KeepAlive(up);
    }

    private static void Backward<E>(Tensor gradient, Tensor gate, Tensor? up)
        where E : IElements
    {
        void* gradients = Rows.Data(gradient), gates = Rows.Data(gate), ups = Rows.Data(up ?? gate);
        var width = gradient.shape[^1];
        var (stride, offset) = (gate.shape[^1], up is null ? width : 0);
        Rows.For(gradient.NumberOfElements / width, width * 4, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                var (i, end) = (0L, width & -IElements.Lanes);
                for (; i < end; i += IElements.Lanes)
                {
                    var (z, u, g) = (E.Load(gates, (row * stride) + i), E.Load(ups, (row * stride) + offset + i), E.Load(gradients, (row * width) + i));
                    var sigmoid = Sigmoid(z);
                    E.Store(gates, (row * stride) + i, g * u * sigmoid * (Vector512<float>.One + (z * (Vector512<float>.One - sigmoid))));
                    E.Store(ups, (row * stride) + offset + i, g * z * sigmoid);
                }
                for (; i < width; i++)
                {
                    var (z, u, g) = (E.Get(gates, (row * stride) + i), E.Get(ups, (row * stride) + offset + i), E.Get(gradients, (row * width) + i));
                    var sigmoid = 1 / (1 + MathF.Exp(-z));
                    E.Set(gates, (row * stride) + i, g * u * sigmoid * (1 + (z * (1 - sigmoid))));
                    E.Set(ups, (row * stride) + offset + i, g * z * sigmoid);
                }
            }
        });
        GC.KeepAlive(up);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sigmoid(Vector512<float> z) => Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-z));
}
