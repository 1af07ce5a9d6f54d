using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>
/// The keys and values of the tokens so far, so that a pass over later tokens need not compute them again. Only for passes without a gradient. Rows may have
/// different lengths; the key mask hides the padding of the shorter ones.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly Tensor?[] _keys, _values; // per block [B, K, capacity, d]
    private List<long>[]? _positions; // [B] of Length entries; null: 0, 1, 2, ...
    private List<bool>[]? _attended; // [B] of Length entries; null: all

    /// <summary>An empty cache for <paramref name="batch"/> rows of a model with <paramref name="blocks"/> blocks.</summary>
    /// <param name="batch">B.</param>
    /// <param name="blocks">The number of blocks in the model.</param>
    /// <param name="capacity">The number of tokens to allocate room for at first. More room is allocated when needed, by copying.</param>
    public KeyValueCache(int batch, int blocks, int capacity = 0)
    {
        (Batch, Capacity) = (batch, capacity);
        (_keys, _values) = (new Tensor?[blocks], new Tensor?[blocks]);
    }

    /// <summary>B, the number of rows.</summary>
    public int Batch { get; }

    /// <summary>The number of cached tokens in each row, with padding.</summary>
    public int Length { get; private set; }

    /// <summary>The number of tokens that there is room for.</summary>
    public int Capacity { get; private set; }

    internal long[][]? Positions => _positions is null ? null : [.. _positions.Select(row => row.ToArray())];

    internal bool[][]? Keys => _attended is null ? null : [.. _attended.Select(row => row.ToArray())];

    /// <summary>
    /// A new cache with copies of the given rows' first <paramref name="length"/> tokens (all by default). A row may be left out, as when it has finished, or
    /// repeated, as for a shared prefix.
    /// </summary>
    public KeyValueCache Rows(IReadOnlyList<int> rows, int? length = null)
    {
        var kept = length ?? Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, Length, nameof(length));
        var copy = new KeyValueCache(rows.Count, _keys.Length, Math.Max(Capacity, kept))
        {
            Length = kept,
            _positions = _positions is null ? null : [.. rows.Select(row => _positions[row].Take(kept).ToList())],
            _attended = _attended is null ? null : [.. rows.Select(row => _attended[row].Take(kept).ToList())],
        };
        using var none = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] is null)
                continue;
            var index = tensor(rows.Select(row => (long)row).ToArray(), device: _keys[i]!.device);
            copy._keys[i] = Resize(_keys[i]!.narrow(2, 0, kept).index_select(0, index), copy.Capacity);
            copy._values[i] = Resize(_values[i]!.narrow(2, 0, kept).index_select(0, index), copy.Capacity);
        }
        return copy;
    }

    /// <summary>Sets which of the cached tokens, [B, Length], later tokens may attend to; padding is false.</summary>
    internal void Hide(bool[,] attended) =>
        _attended = [.. Enumerable.Range(0, Batch).Select(b => Enumerable.Range(0, Length).Select(t => attended[b, t]).ToList())];

    /// <summary>Reserves room for the next <paramref name="length"/> tokens, which the blocks' passes fill.</summary>
    internal void Reserve(int length, long[,]? positions, bool[,]? keys)
    {
        if (positions is not null || _positions is not null)
        {
            _positions ??= [.. Enumerable.Range(0, Batch).Select(_ => Enumerable.Range(0, Length).Select(t => (long)t).ToList())];
            for (var b = 0; b < Batch; b++)
                for (var t = 0; t < length; t++)
                    _positions[b].Add(positions?[b, t] ?? throw new ArgumentException("positions were explicit so far and must stay so"));
        }
        if (keys is not null || _attended is not null)
        {
            _attended ??= [.. Enumerable.Range(0, Batch).Select(_ => Enumerable.Repeat(true, Length).ToList())];
            for (var b = 0; b < Batch; b++)
                for (var t = 0; t < length; t++)
                    _attended[b].Add(keys?[b, t] ?? true);
        }
        Length += length;
        if (Length > Capacity)
            Capacity = Math.Max(Length, Math.Max(64, Capacity * 2));
    }

    /// <summary>Stores the keys and values [B, K, T, d] of a block's last T reserved tokens, and returns those of all tokens, [B, K, Length, d].</summary>
    internal (Tensor Keys, Tensor Values) Store(int block, Tensor keys, Tensor values)
    {
        if (is_grad_enabled() && (keys.requires_grad || values.requires_grad))
            throw new InvalidOperationException("a cache is for passes without a gradient: use no_grad");
        return (Store(ref _keys[block], keys), Store(ref _values[block], values));
    }

    private Tensor Store(ref Tensor? buffer, Tensor part)
    {
        var start = Length - part.shape[2];
        if (buffer is null || buffer.shape[2] < Length)
        {
            var old = buffer;
            buffer = old is null
                ? empty([part.shape[0], part.shape[1], Capacity, part.shape[3]], part.dtype, part.device).DetachFromDisposeScope()
                : Resize(old.narrow(2, 0, start), Capacity);
            old?.Dispose();
        }
        buffer.narrow(2, start, part.shape[2]).copy_(part);
        return buffer.narrow(2, 0, Length);
    }

    private static Tensor Resize(Tensor part, int capacity)
    {
        var larger = empty([part.shape[0], part.shape[1], capacity, part.shape[3]], part.dtype, part.device);
        larger.narrow(2, 0, part.shape[2]).copy_(part);
        return larger.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
            tensor?.Dispose();
    }
}
