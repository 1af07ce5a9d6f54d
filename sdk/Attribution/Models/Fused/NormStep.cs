using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>
/// Root-mean-square norm over the last dimension, <c>y = x r w</c> with <c>r = 1 / sqrt(mean(x^2) + eps)</c> (arXiv 1910.07467), and its derivative.
/// </summary>
internal static unsafe class NormStep
{
    /// <summary>Norms rows, after an optional addition.</summary>
    /// <param name="x">[..., D]; <paramref name="added"/> is added to it in place.</param>
    /// <param name="added">[..., D]; null to add nothing.</param>
    /// <param name="weight">w, [D].</param>
    /// <param name="epsilon">eps.</param>
    /// <returns>y, of x's shape, and r, float32 [rows].</returns>
    public static (Tensor Normed, Tensor Scale) Forward(Tensor x, Tensor? added, Tensor weight, double epsilon)
    {
        var (normed, scale) = (empty_like(x), empty(x.NumberOfElements / x.shape[^1], dtype: float32));
        if (x.dtype == float32)
            Forward<Float32Elements>(x, added, weight, (float)epsilon, normed, scale);
        else
            Forward<BFloat16Elements>(x, added, weight, (float)epsilon, normed, scale);
        return (normed, scale);
    }

    /// <summary>Replaces the gradient with respect to y by that with respect to x, <c>r w g - x r^3 mean(x w g)</c>.</summary>
    /// <param name="gradient">g, [..., D].</param>
    /// <param name="x">x of the forward step.</param>
    /// <param name="scale">r of the forward step.</param>
    /// <param name="weight">w, [D].</param>
    /// <param name="added">A further part of x's gradient, [..., D]; null for none.</param>
    public static void Backward(Tensor gradient, Tensor x, Tensor scale, Tensor weight, Tensor? added)
    {
        if (x.dtype == float32)
            Backward<Float32Elements>(gradient, x, scale, weight, added);
        else
            Backward<BFloat16Elements>(gradient, x, scale, weight, added);
    }

    private static void Forward<E>(Tensor x, Tensor? added, Tensor weight, float epsilon, Tensor normed, Tensor scale)
        where E : IElements
    {
        var width = (int)x.shape[^1];
        void* xs = Rows.Data(x), adds = added is null ? null : Rows.Data(added), weights = Rows.Data(weight), results = Rows.Data(normed);
        var scales = (float*)Rows.Data(scale);
        Rows.For(scale.NumberOfElements, width, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                var (at, end) = (row * width, (row * width) + (width & -IElements.Lanes));
                var squares = Vector512<float>.Zero;
                var sum = 0f;
                for (; at < end; at += IElements.Lanes)
                {
                    var value = E.Load(xs, at);
                    if (adds is not null)
                        E.Store(xs, at, value += E.Load(adds, at));
                    squares = Vector512.FusedMultiplyAdd(value, value, squares);
                }
                for (; at < (row + 1) * width; at++)
                {
                    var value = E.Get(xs, at);
                    if (adds is not null)
                        E.Set(xs, at, value += E.Get(adds, at));
                    sum += value * value;
                }
                var factor = scales[row] = 1 / MathF.Sqrt(((sum + Vector512.Sum(squares)) / width) + epsilon);
                for (at = row * width; at < end; at += IElements.Lanes)
                    E.Store(results, at, E.Load(xs, at) * factor * E.Load(weights, at - (row * width)));
                for (; at < (row + 1) * width; at++)
                    E.Set(results, at, E.Get(xs, at) * factor * E.Get(weights, at - (row * width)));
            }
        });
        GC.KeepAlive(added);
    }

    private static void Backward<E>(Tensor gradient, Tensor x, Tensor scale, Tensor weight, Tensor? added)
        where E : IElements
    {
        var width = (int)x.shape[^1];
        void* gradients = Rows.Data(gradient), xs = Rows.Data(x), weights = Rows.Data(weight), adds = added is null ? null : Rows.Data(added);
        var scales = (float*)Rows.Data(scale);
        Rows.For(scale.NumberOfElements, width, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                var (start, at, end) = (row * width, row * width, (row * width) + (width & -IElements.Lanes));
                var products = Vector512<float>.Zero;
                var sum = 0f;
                for (; at < end; at += IElements.Lanes)
                    products = Vector512.FusedMultiplyAdd(E.Load(gradients, at) * E.Load(weights, at - start), E.Load(xs, at), products);
                for (; at < start + width; at++)
                    sum += E.Get(gradients, at) * E.Get(weights, at - start) * E.Get(xs, at);
                var factor = scales[row];
                var back = factor * factor * factor * (sum + Vector512.Sum(products)) / width;
                for (at = start; at < end; at += IElements.Lanes)
                {
                    var value = (E.Load(gradients, at) * E.Load(weights, at - start) * factor) - (E.Load(xs, at) * back);
                    E.Store(gradients, at, adds is null ? value : value + E.Load(adds, at));
                }
                for (; at < start + width; at++)
                {
                    var value = (E.Get(gradients, at) * E.Get(weights, at - start) * factor) - (E.Get(xs, at) * back);
                    E.Set(gradients, at, adds is null ? value : value + E.Get(adds, at));
                }
            }
        });
        GC.KeepAlive(added);
    }
}
