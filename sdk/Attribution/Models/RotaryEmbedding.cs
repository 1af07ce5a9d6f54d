using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>
/// Rotary position embedding (RoFormer, arXiv 2104.09864) in the half-split form: components i and i + n/2 of a head are a pair, rotated by the angle
/// <c>position * f_i</c> with <c>f_i = theta^(-2i/n)</c>, where n is the number of rotated components, scaled according to <see cref="RotaryScaling"/>.
/// Frequencies and angles are rounded to float32 on the way, as in the original implementations: at position 100,000 that rounding amounts to 0.003 rad, and
/// the models were trained with it.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly float[][] _frequencies; // [n / 2]; the second, if there is one, is for long sequences
    private readonly double _scale;
    private readonly int _shortLimit;
    private readonly ScalarType _dtype;
    private readonly Device _device;
    private int _capacity;
    private Tensor? _cosines, _sines; // [variants * capacity, n / 2]

    /// <summary>Creates the embedding. Its tables grow with the positions that are asked for.</summary>
    public RotaryEmbedding(RotaryConfig config, ScalarType dtype, Device device)
    {
        _frequencies = Frequencies(config);
        (_scale, _shortLimit) = config.Scaling is RotaryScaling.LongRope rope ? (rope.AttentionFactor, rope.OriginalMaxPositions) : (1, int.MaxValue);
        (_dtype, _device) = (dtype, device);
    }

    /// <summary>
    /// The length of the longest sequence that uses the frequencies for short ones. A sequence that grows beyond it must be computed again from its first
    /// token. <see cref="int.MaxValue"/> if there is no such limit.
    /// </summary>
    public int ShortLimit => _shortLimit;

    /// <summary>
    /// Cosines and sines, each [1, 1, T, n / 2], of the T = <paramref name="count"/> positions from <paramref name="start"/> on in sequences of
    /// <paramref name="length"/> tokens.
    /// </summary>
    public (Tensor Cosines, Tensor Sines) Angles(int start, int count, int length)
    {
        Grow(start + count);
        var row = (length > _shortLimit ? _capacity : 0) + start;
        return (_cosines!.narrow(0, row, count).view(1, 1, count, -1), _sines!.narrow(0, row, count).view(1, 1, count, -1));
    }

    /// <summary>Cosines and sines, each [B, 1, T, n / 2], of explicit positions [B][T] in sequences of <paramref name="lengths"/> tokens.</summary>
    public (Tensor Cosines, Tensor Sines) Angles(long[,] positions, ReadOnlySpan<int> lengths)
    {
        var (batch, count) = (positions.GetLength(0), positions.GetLength(1));
        var highest = 0L;
        foreach (var position in positions)
            highest = Math.Max(highest, position);
        Grow((int)highest + 1);

        var rows = new long[batch * count];
        for (var b = 0; b < batch; b++)
            for (var t = 0; t < count; t++)
                rows[(b * count) + t] = positions[b, t] + (lengths[b] > _shortLimit ? _capacity : 0);
        using var index = tensor(rows, device: _device);
        return (_cosines!.index_select(0, index).view(batch, 1, count, -1), _sines!.index_select(0, index).view(batch, 1, count, -1));
    }

    /// <summary>Rotates the first n components of every head: <paramref name="heads"/> [B, H, T, d] by angles [B or 1, 1, T, n / 2].</summary>
    public static Tensor Rotate(Tensor heads, (Tensor Cosines, Tensor Sines) angles)
    {
        var (cosines, sines) = angles;
        var half = cosines.shape[^1];
        var first = heads.narrow(-1, 0, half);
        var second = heads.narrow(-1, half, half);
        var turned = (first * cosines) - (second * sines);
        var turnedToo = (second * cosines).Plus(first * sines);
        return heads.shape[^1] == 2 * half
            ? cat([turned, turnedToo], -1)
            : cat([turned, turnedToo, heads.narrow(-1, 2 * half, heads.shape[^1] - (2 * half))], -1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cosines?.Dispose();
        _sines?.Dispose();
    }

    private void Grow(int positions)
    {
        if (positions <= _capacity)
            return;
        _capacity = Math.Max(positions, Math.Max(256, 2 * _capacity));
        var half = _frequencies[0].Length;
        var cosines = new float[_frequencies.Length * _capacity * half];
        var sines = new float[cosines.Length];
        for (var at = 0; at < cosines.Length; at++)
        {
            var (variant, position) = Math.DivRem(at / half, _capacity);
            var angle = position * _frequencies[variant][at % half];
            cosines[at] = (float)(MathF.Cos(angle) * _scale);
            sines[at] = (float)(MathF.Sin(angle) * _scale);
        }

        Dispose();
        long[] shape = [_frequencies.Length * _capacity, half];
        _cosines = ToDevice(cosines, shape);
        _sines = ToDevice(sines, shape);
    }

    private Tensor ToDevice(float[] values, long[] shape)
    {
        using var host = tensor(values, shape);
        return host.to(_dtype, _device, copy: true).DetachFromDisposeScope();
    }

    private static float[][] Frequencies(RotaryConfig config)
    {
        double[] plain = [.. Enumerable.Range(0, config.Dimensions / 2).Select(i => Math.Pow(config.Theta, -2.0 * i / config.Dimensions))];
        return config.Scaling switch
        {
            RotaryScaling.None => [Round(plain)],
            RotaryScaling.Linear scaling => [Round(plain.Select(f => f / scaling.Factor))],
            RotaryScaling.Llama3 scaling => [Round(plain.Select(f => Scale(f, scaling)))],
            RotaryScaling.LongRope scaling => [Round(plain.Zip(scaling.ShortFactors, (f, s) => f / s)), Round(plain.Zip(scaling.LongFactors, (f, s) => f / s))],
            _ => throw new InvalidOperationException($"no frequencies for {config.Scaling}"),
        };

        static float[] Round(IEnumerable<double> values) => [.. values.Select(value => (float)value)];
    }

    /// <summary>
    /// Llama 3.1's scaling, which depends on the number of turns of a frequency within the original context: between <c>low</c> and <c>high</c> turns it
    /// interpolates.
    /// </summary>
    private static double Scale(double frequency, RotaryScaling.Llama3 scaling)
    {
        var turns = scaling.OriginalMaxPositions * frequency / (2 * Math.PI);
        if (turns < scaling.LowFrequencyFactor)
            return frequency / scaling.Factor;
        if (turns > scaling.HighFrequencyFactor)
            return frequency;
        var smooth = (turns - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return ((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency);
    }
}
