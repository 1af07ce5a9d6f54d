using System.Numerics;
using Attribution.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Methods.Projections;

/// <summary>
/// Projects the gradient of a matrix from both sides, to n x n with <c>n^2 = dimension</c>, and sums over matrices: <c>v[i n + j] = 1/n sum_l (P_l W'_l
/// Q_l^T)[i, j] = 1/n sum_l sum_t (P_l g_l[t])_i (Q_l x_l[t])_j</c>, so that W' is never formed. P_l [n, out] and Q_l [n, in] are subsampled Hadamard
/// transforms with random signs (Tropp, arXiv 1011.1595): <c>P_l[i, k] = d_k (-1)^popcount(r_i &amp; k)</c>, where the r_i are distinct numbers below N, the
/// least power of two that is at least n and at least out. Their rows are orthogonal, so they lose less than independent signs do, and nothing at all if out is
/// at most n = N.
/// </summary>
/// <remarks>
/// The random numbers are those of SplitMix64, seeded by the first eight bytes, little-endian, of the SHA-256 of the text <c>seed:name:P</c>; for Q_l, of
/// <c>seed:name:Q</c>. The first ceil(out / 64) numbers give d: it is +1 where bit k mod 64, from the lowest, of number k / 64 is set, else -1. With u_i the
/// higher half of the i-th number after them, r is the beginning of 0 .. N-1 shuffled by swapping position i with position <c>i + u_i (N - i) / 2^32</c>.
/// </remarks>
internal sealed class KroneckerProjection(ProjectionIdentity identity, ScalarType dtype, Device device) : GradientProjection
{
    // oneMKL has a separate kernel for products of exactly 16 columns, whose bytes depend on the number of threads: fewer than 32 columns are padded with
    // zeros.
    private const int LeastWidth = 32;

    private readonly int _side = identity.Side;
    private readonly int _width = Math.Max(LeastWidth, identity.Side);
    private readonly Dictionary<string, (Tensor P, Tensor Q)> _signs = []; // [out, n or 32] and [in, n or 32], transposed for the products

    public override Tensor Keep(Linear linear, Tensor input)
    {
        using var none = no_grad();
        return input.detach().mm(Signs(linear).Q).narrow(1, 0, _side); // [N, n]
    }

    public override void Add(Linear linear, Tensor kept, Tensor gradient, (long Start, long Length)[] spans, Tensor vectors)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var (left, right) = (gradient.mm(Signs(linear).P).narrow(1, 0, _side).to(float32), kept.to(float32)); // [N, n]
        foreach (var (b, (start, length)) in spans.Index())
            vectors[b].view(_side, _side).addmm_(left.narrow(0, start, length).t(), right.narrow(0, start, length), alpha: 1f / _side);
    }

    public override void Dispose()
    {
        foreach (var (p, q) in _signs.Values)
        {
            p.Dispose();
            q.Dispose();
        }
        _signs.Clear();
    }

    private (Tensor P, Tensor Q) Signs(Linear linear)
    {
        if (!_signs.TryGetValue(linear.Name, out var signs))
            _signs.Add(linear.Name, signs = (Draw(linear, "P", linear.Weight.shape[0]), Draw(linear, "Q", linear.Weight.shape[1])));
        return signs;
    }

    private Tensor Draw(Linear linear, string side, long size)
    {
        using var scope = NewDisposeScope();
        var random = SeededRandom.Named(identity.Seed, $"{linear.Name}:{side}");
        var bits = new ulong[(size + 63) / 64];
        for (var i = 0; i < bits.Length; i++)
            bits[i] = random.NextBits();
        int[] rows = [.. Enumerable.Range(0, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(_side, size)))];
        for (var i = 0; i < _side; i++)
        {
            var other = i + (int)((random.NextBits() >> 32) * (ulong)(rows.Length - i) >> 32);
            (rows[i], rows[other]) = (rows[other], rows[i]);
        }
        var signs = new float[size * _width];
        for (var k = 0; k < size; k++)
            for (var i = 0; i < _side; i++)
                signs[(k * _width) + i] = ((uint)BitOperations.PopCount((uint)(rows[i] & k)) + (uint)(bits[k / 64] >> (k % 64)) & 1) != 0 ? 1 : -1;
        return tensor(signs, [size, _width]).to(dtype, device, copy: true).DetachFromDisposeScope();
    }
}
