using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>
/// Converts between tokens of all heads, [N, n d], and the heads of each sequence, [n, T, d]. On the way, heads are rotated by their positions and scaled.
/// </summary>
internal static unsafe class HeadStep
{
    /// <summary>Splits a part of a matrix's output into the heads of all tokens, [N n d] in all.</summary>
    /// <param name="tokens">[N, W]; the n d columns from <paramref name="column"/> on are used.</param>
    /// <param name="column">The first of these columns.</param>
    /// <param name="heads">n, the number of heads.</param>
    /// <param name="size">d, the width of a head.</param>
    /// <param name="tokensOf">The rows of tokens that belong to each sequence.</param>
    /// <param name="angles">Cosines and sines, [B or 1, 1, T, r / 2], by which the first r components of each head are rotated; null for no rotation.</param>
    /// <param name="scale">The factor of each number.</param>
    public static Tensor Split(Tensor tokens, long column, int heads, int size, TokenSpans tokensOf, (Tensor Cosines, Tensor Sines)? angles, double scale)
    {
        var result = empty([tokens.shape[0] * heads * size], tokens.dtype);
        if (tokens.dtype == float32)
            Move<Float32Elements>(tokens, column, result, heads, size, tokensOf, angles, (float)scale, split: true);
        else
            Move<BFloat16Elements>(tokens, column, result, heads, size, tokensOf, angles, (float)scale, split: true);
        return result;
    }

    /// <summary>The inverse of <see cref="Split"/>: writes heads into columns of tokens, rotated back.</summary>
    public static void Merge(Tensor split, Tensor tokens, long column, int heads, int size, TokenSpans tokensOf, (Tensor Cosines, Tensor Sines)? angles,
        double scale)
    {
        if (tokens.dtype == float32)
            Move<Float32Elements>(tokens, column, split, heads, size, tokensOf, angles, (float)scale, split: false);
        else
            Move<BFloat16Elements>(tokens, column, split, heads, size, tokensOf, angles, (float)scale, split: false);
    }

    private static void Move<E>(
        Tensor tokens, long column, Tensor heads, int count, int size, TokenSpans tokensOf, (Tensor Cosines, Tensor Sines)? angles, float scale, bool split)
        where E : IElements
    {
        var stride = tokens.shape[1];
        var half = angles is { Cosines: var table } ? (int)table.shape[^1] : 0;
        var perRow = angles is { Cosines: var all } && all.shape[0] > 1 ? all.shape[2] : 0;
        void* rows = Rows.Data(tokens), places = Rows.Data(heads);
        void* cosines = angles is { Cosines: var c } ? Rows.Data(c) : null, sines = angles is { Sines: var s } ? Rows.Data(s) : null;
        Rows.For(tokens.shape[0], (long)count * size, (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                var b = tokensOf.Owners[row];
                var (start, length) = tokensOf.Spans[b];
                var t = row - start;
                var angle = ((b * perRow) + t) * half;
                for (var head = 0; head < count; head++)
                {
                    var (token, place) = ((row * stride) + column + ((long)head * size), ((start * count) + ((long)head * length) + t) * size);
                    if (split)
                        Turn<E>(rows, token, places, place, cosines, sines, angle, half, size, scale, forward: true);
                    else
                        Turn<E>(places, place, rows, token, cosines, sines, angle, half, size, scale, forward: false);
                }
            }
        });
        GC.KeepAlive(angles);
    }

    // (x1, x2) to (x1 c - x2 s, x2 c + x1 s), or back.
    private static void Turn<E>(void* source, long from, void* target, long to, void* cosines, void* sines, long angle, int half, int size, float scale,
        bool forward)
        where E : IElements
    {
        var i = 0;
        for (; i + IElements.Lanes <= half; i += IElements.Lanes)
        {
            var (c, s) = (E.Load(cosines, angle + i) * scale, E.Load(sines, angle + i) * scale);
            var (x1, x2) = (E.Load(source, from + i), E.Load(source, from + half + i));
            E.Store(target, to + i, forward ? (x1 * c) - (x2 * s) : (x1 * c) + (x2 * s));
            E.Store(target, to + half + i, forward ? (x2 * c) + (x1 * s) : (x2 * c) - (x1 * s));
        }
        for (; i < half; i++)
        {
            var (c, s) = (E.Get(cosines, angle + i) * scale, E.Get(sines, angle + i) * scale);
            var (x1, x2) = (E.Get(source, from + i), E.Get(source, from + half + i));
            E.Set(target, to + i, forward ? (x1 * c) - (x2 * s) : (x1 * c) + (x2 * s));
            E.Set(target, to + half + i, forward ? (x2 * c) + (x1 * s) : (x2 * c) - (x1 * s));
        }
        for (i = 2 * half; i + IElements.Lanes <= size; i += IElements.Lanes)
            E.Store(target, to + i, E.Load(source, from + i) * scale);
        for (; i < size; i++)
            E.Set(target, to + i, E.Get(source, from + i) * scale);
    }
}
