using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>
/// What the tokens of one forward pass need to know about each other: positions, masks, and the cache of the tokens before them.
/// <see cref="Transformer.Context"/> creates it once, and every block uses it. Its tensors belong to the dispose scope in which it was created.
/// </summary>
internal sealed class ForwardContext
{
    private readonly Device _device;
    private readonly long[][]? _positions; // [B][S] of all keys, cached ones first; null: 0, 1, 2, ...
    private readonly bool[][]? _keys; // [B][S]; null: all may be attended to
    private readonly Dictionary<RotaryEmbedding, (Tensor, Tensor)> _angles = [];
    private readonly Dictionary<int, Tensor?> _masks = [];

    internal ForwardContext(
        int batch, int length, IReadOnlyList<int>? lengths, long[,]? positions, bool[,]? keyMask, KeyValueCache? cache,
        IEnumerable<RotaryEmbedding> rotaries, IEnumerable<int?> windows, Device device)
    {
        Check(batch, length, lengths, positions, keyMask, cache);
        (Batch, Length, Cache, _device) = (batch, length, cache, device);
        Offset = cache?.Length ?? 0;
        cache?.Reserve(length, positions, keyMask);
        (_positions, _keys) = cache is null
            ? (Rows(positions), Rows(keyMask))
            : (cache.Positions, cache.Keys);

        using var none = no_grad();
        foreach (var rotary in rotaries.Distinct())
            _angles.Add(rotary, Angles(rotary, lengths));
        foreach (var window in windows.Distinct())
            _masks.Add(window ?? 0, NeedsMask(window) ? BuildMask(Places(Offset, length), window) : null);
    }

    /// <summary>B, the number of rows.</summary>
    public int Batch { get; }

    /// <summary>T, the number of tokens of this pass in every row, with padding.</summary>
    public int Length { get; }

    /// <summary>The number of cached keys before them.</summary>
    public int Offset { get; }

    internal KeyValueCache? Cache { get; }

    internal (Tensor Cosines, Tensor Sines) Angles(RotaryEmbedding rotary) => _angles[rotary];

    /// <summary>
    /// The mask [B or 1, 1, T - start, S] of the tokens from <paramref name="start"/> on, true where attention is allowed; null if causality is the only
    /// restriction.
    /// </summary>
    internal Tensor? Mask(int? window, int start = 0) => (_masks[window ?? 0], start) switch
    {
        (var mask, 0) => mask,
        (null, _) => CausalMask(window, start),
        ({ } mask, _) => mask.narrow(2, start, Length - start),
    };

    /// <summary>The mask of the tokens from <paramref name="start"/> on, also if causality is the only restriction.</summary>
    internal Tensor CausalMask(int? window, int start = 0) => BuildMask(Places(Offset + start, Length - start), window);

    /// <summary>
    /// The mask [B or 1, 1, Q, S] of the queries at the given 0-based positions [Q]. A token always sees itself, so that no row of attention is empty: an
    /// ablated token's own stream is well-defined, and no other token's stream depends on it.
    /// </summary>
    internal Tensor BuildMask(Tensor queries, int? window)
    {
        var total = Offset + Length;
        var places = Places(0, total).view(1, 1, 1, total);
        var own = queries.view(1, 1, -1, 1);
        var mask = places.le(own); // [1, 1, Q, S]
        if (window is { } size)
        {
            var keys = _positions is null ? places : ToTensor(_positions).view(Batch, 1, 1, total);
            var query = _positions is null ? own : keys.index_select(3, queries).view(Batch, 1, -1, 1);
            mask = mask.logical_and(keys.gt(query.sub(Scalars.Of(size))));
        }
        if (_keys is not null)
            mask = mask.logical_and(ToTensor(_keys).view(Batch, 1, 1, total).logical_or(places.eq(own)));
        return mask;
    }

    private bool NeedsMask(int? window) =>
        _keys is not null || (Offset > 0 && Length > 1) || (window is { } size && Span() > size);

    /// <summary>The largest distance between two positions, plus one.</summary>
    private long Span() => _positions is null ? Offset + Length : _positions.Max(row => row.Max() - row.Min() + 1);

    private (Tensor, Tensor) Angles(RotaryEmbedding rotary, IReadOnlyList<int>? lengths)
    {
        // The length is the position of the last real token plus 1, without padding.
        var last = new int[Batch];
        for (var b = 0; b < Batch; b++)
        {
            var real = lengths?[b] ?? Length;
            last[b] = _positions is null ? Offset + real : (int)_positions[b][Offset..(Offset + real)].Max() + 1;
        }
        if (_positions is null && last.All(length => length > rotary.ShortLimit == last[0] > rotary.ShortLimit))
            return rotary.Angles(Offset, Length, last[0]);

        var positions = new long[Batch, Length];
        for (var b = 0; b < Batch; b++)
            for (var t = 0; t < Length; t++)
                positions[b, t] = _positions?[b][Offset + t] ?? Offset + t;
        return rotary.Angles(positions, last);
    }

    // start, start + 1, ..., int64 [count]
    private Tensor Places(int start, int count)
    {
        var places = new long[count];
        for (var i = 0; i < count; i++)
            places[i] = start + i;
        return tensor(places, device: _device);
    }

    private Tensor ToTensor(long[][] rows) => tensor(rows.SelectMany(row => row).ToArray(), device: _device);

    private Tensor ToTensor(bool[][] rows) => tensor(rows.SelectMany(row => row).ToArray(), device: _device);

    private static T[][]? Rows<T>(T[,]? table)
    {
        if (table is null)
            return null;
        var rows = new T[table.GetLength(0)][];
        for (var b = 0; b < rows.Length; b++)
        {
            rows[b] = new T[table.GetLength(1)];
            for (var t = 0; t < rows[b].Length; t++)
                rows[b][t] = table[b, t];
        }
        return rows;
    }

    private static void Check(int batch, int length, IReadOnlyList<int>? lengths, long[,]? positions, bool[,]? keyMask, KeyValueCache? cache)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (lengths is not null && (lengths.Count != batch || lengths.Any(real => real < 1 || real > length)))
            throw new ArgumentException($"one length from 1 to {length} for each of {batch} rows", nameof(lengths));
        if (positions is not null && (positions.GetLength(0) != batch || positions.GetLength(1) != length || positions.Cast<long>().Any(p => p < 0)))
            throw new ArgumentException($"positions are [{batch}, {length}] and not negative", nameof(positions));
        if (keyMask is not null && (keyMask.GetLength(0) != batch || keyMask.GetLength(1) != length))
            throw new ArgumentException($"the key mask is [{batch}, {length}]", nameof(keyMask));
        if (cache is not null && cache.Batch != batch)
            throw new ArgumentException($"the cache holds {cache.Batch} rows, not {batch}", nameof(cache));
    }
}
