using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Attribution.Models;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods.Projections;

/// <summary>
/// The original pipeline's projection: each element of each gradient is added, with a random sign and weight 1/2, to four random outputs. Element e of W' in
/// row-major order uses the numbers 2e and 2e + 1 of SplitMix64, seeded by the first eight bytes, little-endian, of the SHA-256 of the text <c>seed:name:S</c>.
/// Each half h of each number (the low one first) is a draw: the output is <c>(h mod 2^31) dimension / 2^31</c>, and the sign is negative if the highest bit of
/// h is set. W' is formed a few rows at a time, in float32.
/// </summary>
internal sealed unsafe class SparseProjection(ProjectionIdentity identity) : GradientProjection
{
    /// <summary>The number of gradient elements, over all examples of a batch, in memory at a time.</summary>
    private const int ChunkElements = 1 << 22;

    // Rows of W' are divided among this many sums, which the threads share, so that the order of additions is the same on every machine.
    private const int Sums = 4;

    private static readonly int Lanes = Vector256<float>.Count;

    public override Tensor Keep(Linear linear, Tensor input) => input.detach();

    public override void Add(Linear linear, Tensor kept, Tensor gradient, (long Start, long Length)[] spans, Tensor vectors)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var (batch, outputs, inputs) = ((long)spans.Length, linear.Weight.shape[0], linear.Weight.shape[1]);
        var width = (int)((batch + Lanes - 1) / Lanes * Lanes);
        var random = SeededRandom.Named(identity.Seed, $"{linear.Name}:S");
        var (input, left) = (kept.to(float32), gradient.to(float32).t()); // [N, in], [out, N]
        var sums = zeros([Sums, identity.Dimension, width], float32);
        var step = Math.Max(1, ChunkElements / (width * inputs));
        for (long row = 0; row < outputs; row += step)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(step, outputs - row);
            var elements = zeros([rows, inputs, width], float32); // examples innermost, so that one draw serves them all
            foreach (var (b, (start, length)) in spans.Index())
                elements.select(2, b).copy_(left.narrow(0, row, rows).narrow(1, start, length).mm(input.narrow(0, start, length)));
            var from = (float*)elements.data_pointer();
            var to = (float*)sums.data_pointer();
            var first = row;
            Parallel.For(0, Sums, sum =>
            {
                for (var r = (sum - first % Sums + Sums) % Sums; r < rows; r += Sums)
                    Scatter(from + (r * inputs * width), inputs, width, random, (ulong)((first + r) * inputs), to + ((long)sum * identity.Dimension * width));
            });
        }
        vectors.add_(sums.sum([0L]).narrow(1, 0, batch).t().to(vectors.device), Scalars.Of(0.5));
    }

    public override void Dispose()
    {
    }

    private void Scatter(float* elements, long count, int width, SeededRandom random, ulong first, float* sums)
    {
        for (long i = 0; i < count; i++, elements += width)
        {
            var element = first + (ulong)i;
            var (one, two) = (random.BitsAfter(2 * element), random.BitsAfter((2 * element) + 1));
            Draw((uint)one, elements, width, sums);
            Draw((uint)(one >> 32), elements, width, sums);
            Draw((uint)two, elements, width, sums);
            Draw((uint)(two >> 32), elements, width, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Draw(uint half, float* elements, int width, float* sums)
    {
        var target = sums + ((long)(((ulong)(half & int.MaxValue) * (ulong)identity.Dimension) >> 31) * width);
        var sign = Vector256.Create(half & 0x80000000).AsSingle();
        for (var lane = 0; lane < width; lane += Lanes)
            (Vector256.Load(target + lane) + (Vector256.Load(elements + lane) ^ sign)).Store(target + lane);
    }
}
