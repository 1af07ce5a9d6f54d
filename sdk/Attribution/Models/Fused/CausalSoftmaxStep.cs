using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>
/// Causal softmax of attention scores, and its derivative, in place. A query sees itself and the keys before it, or the last <c>window</c> of these if there is
/// a window; the other keys get 0 and cost hardly anything.
/// </summary>
internal static unsafe class CausalSoftmaxStep
{
    /// <summary>Turns scores [..., T, T] into weights.</summary>
    public static void Forward(Tensor scores, int? window)
    {
        if (scores.dtype == float32)
            Forward<Float32Elements>(scores, window);
        else
            Forward<BFloat16Elements>(scores, window);
    }

    /// <summary>Turns gradients with respect to the weights, [..., T, T], into gradients with respect to the scores: <c>w (g - sum(w g))</c>.</summary>
    public static void Backward(Tensor gradient, Tensor weights, int? window)
    {
        if (gradient.dtype == float32)
            Backward<Float32Elements>(gradient, weights, window);
        else
            Backward<BFloat16Elements>(gradient, weights, window);
    }

    private static void Forward<E>(Tensor scores, int? window)
        where E : IElements
    {
        var data = Rows.Data(scores);
        var length = scores.shape[^1];
        ForQueries(scores, window, (start, first, end) =>
        {
            var at = start + first;
            var last = start + end;
            var highest = Vector512.Create(float.NegativeInfinity);
            for (; at + IElements.Lanes <= last; at += IElements.Lanes)
                highest = Vector512.Max(highest, E.Load(data, at));
            var max = float.NegativeInfinity;
            for (var lane = 0; lane < IElements.Lanes; lane++)
                max = MathF.Max(max, highest[lane]);
            for (; at < last; at++)
                max = MathF.Max(max, E.Get(data, at));

            var sums = Vector512<float>.Zero;
            var sum = 0f;
            for (at = start + first; at + IElements.Lanes <= last; at += IElements.Lanes)
            {
                var power = Vector512.Exp(E.Load(data, at) - Vector512.Create(max));
                sums += power;
                E.Store(data, at, power);
            }
            for (; at < last; at++)
            {
                var power = MathF.Exp(E.Get(data, at) - max);
                sum += power;
                E.Set(data, at, power);
            }
            var scale = 1 / (sum + Vector512.Sum(sums));
            for (at = start + first; at + IElements.Lanes <= last; at += IElements.Lanes)
                E.Store(data, at, E.Load(data, at) * scale);
            for (; at < last; at++)
                E.Set(data, at, E.Get(data, at) * scale);
            Clear<E>(data, start, first, end, length);
        });
    }

    private static void Backward<E>(Tensor gradient, Tensor weights, int? window)
        where E : IElements
    {
        void* gradients = Rows.Data(gradient), probabilities = Rows.Data(weights);
        var length = gradient.shape[^1];
        ForQueries(gradient, window, (start, first, end) =>
        {
            var at = start + first;
            var last = start + end;
            var products = Vector512<float>.Zero;
            var sum = 0f;
            for (; at + IElements.Lanes <= last; at += IElements.Lanes)
                products = Vector512.FusedMultiplyAdd(E.Load(gradients, at), E.Load(probabilities, at), products);
            for (; at < last; at++)
                sum += E.Get(gradients, at) * E.Get(probabilities, at);
            sum += Vector512.Sum(products);
            for (at = start + first; at + IElements.Lanes <= last; at += IElements.Lanes)
                E.Store(gradients, at, E.Load(probabilities, at) * (E.Load(gradients, at) - Vector512.Create(sum)));
            for (; at < last; at++)
                E.Set(gradients, at, E.Get(probabilities, at) * (E.Get(gradients, at) - sum));
            Clear<E>(gradients, start, first, end, length);
        });
    }

    // Visits each query's row with its start, its first visible key, and the key after its last visible one.
    private static void ForQueries(Tensor scores, int? window, Action<long, long, long> visit)
    {
        var length = scores.shape[^1];
        Rows.For(scores.NumberOfElements / length, length * 4, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                var query = row % length;
                visit(row * length, window is { } size ? Math.Max(0, query - size + 1) : 0, query + 1);
            }
        });
    }

    private static void Clear<E>(void* data, long start, long first, long end, long length)
        where E : IElements
    {
        Zero<E>(data, start, start + first);
        Zero<E>(data, start + end, start + length);
    }

    private static void Zero<E>(void* data, long from, long to)
        where E : IElements
    {
        for (; from + IElements.Lanes <= to; from += IElements.Lanes)
            E.Store(data, from, Vector512<float>.Zero);
        for (; from < to; from++)
            E.Set(data, from, 0);
    }
}
