using System.Buffers;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>The cross-entropy of logits and, in their place, the gradient of a weighted sum of it.</summary>
internal static unsafe class CrossEntropyStep
{
    /// <summary>Writes <c>a (softmax(z) - onehot(target))</c> over each row z of the logits.</summary>
    /// <param name="logits">[n, V].</param>
    /// <param name="targets">int64 [n].</param>
    /// <param name="weights">a of each row, float32 [n].</param>
    /// <returns><c>-log softmax(z)[target]</c> of each row.</returns>
    public static float[] Run(Tensor logits, Tensor targets, Tensor weights)
    {
        var losses = new float[logits.shape[0]];
        if (logits.dtype == float32)
            Run<Float32Elements>(logits, targets, weights, losses);
        else
            Run<BFloat16Elements>(logits, targets, weights, losses);
        return losses;
    }

    private static void Run<E>(Tensor logits, Tensor targets, Tensor weights, float[] losses)
        where E : IElements
    {
        var data = Rows.Data(logits);
        var places = (long*)Rows.Data(targets);
        var factors = (float*)Rows.Data(weights);
        var width = (int)logits.shape[1];
        Rows.For(losses.Length, width * 4L, (from, to) =>
        {
            var rented = ArrayPool<float>.Shared.Rent(width);
            fixed (float* powers = rented)
                for (var row = from; row < to; row++)
                    losses[row] = Row<E>(data, row * width, width, (int)places[row], factors[row], powers);
            ArrayPool<float>.Shared.Return(rented);
        });
    }

    private static float Row<E>(void* data, long start, int width, int target, float factor, float* powers)
        where E : IElements
    {
        var i = 0;
        var highest = Vector512.Create(float.NegativeInfinity);
        for (; i + IElements.Lanes <= width; i += IElements.Lanes)
            highest = Vector512.Max(highest, E.Load(data, start + i));
        var max = float.NegativeInfinity;
        for (var lane = 0; lane < IElements.Lanes; lane++)
            max = MathF.Max(max, highest[lane]);
        for (; i < width; i++)
            max = MathF.Max(max, E.Get(data, start + i));

        var sums = Vector512<float>.Zero;
        var sum = 0f;
        for (i = 0; i + IElements.Lanes <= width; i += IElements.Lanes)
        {
            var power = Vector512.Exp(E.Load(data, start + i) - Vector512.Create(max));
            sums += power;
            power.Store(powers + i);
        }
        for (; i < width; i++)
            sum += powers[i] = MathF.Exp(E.Get(data, start + i) - max);
        sum += Vector512.Sum(sums);
        var loss = MathF.Log(sum) + max - E.Get(data, start + target);

        var scale = factor / sum;
        for (i = 0; i + IElements.Lanes <= width; i += IElements.Lanes)
            E.Store(data, start + i, Vector512.Load(powers + i) * scale);
        for (; i < width; i++)
            E.Set(data, start + i, powers[i] * scale);
        E.Set(data, start + target, (powers[target] * scale) - factor);
        return loss;
    }
}
