using System.Collections;

namespace TorchSharp.Utils;

/// <summary>The elements of a tensor on the CPU, in row-major order whatever its strides.</summary>
public sealed class TensorAccessor<T> : IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor _tensor;
    private readonly long[] _sizes;
    private readonly long[] _strides;
    private readonly bool _contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _tensor = tensor;
        _sizes = tensor.shape;
        _strides = tensor.stride();
        _contiguous = tensor.is_contiguous();
        Count = tensor.numel();
    }

    public long Count { get; }

    /// <summary>The element at row-major position <paramref name="index"/>.</summary>
    public unsafe T this[long index]
    {
        get => Pointer[Offset(index)];
        set => Pointer[Offset(index)] = value;
    }

    /// <summary>The element at the given position in every dimension.</summary>
    public unsafe T this[params long[] indices]
    {
        get => Pointer[Offset(indices)];
        set => Pointer[Offset(indices)] = value;
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array);
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = Count - tensorIndex;
        if (array.Length - arrayIndex < count)
            throw new ArgumentException($"The array has room for {array.Length - arrayIndex} elements, not {count}.");
        for (var i = 0L; i < count; i += 1 << 30)
            CopyRun(tensorIndex + i, array.AsSpan(checked((int)(arrayIndex + i)), (int)Math.Min(count - i, 1 << 30)));
    }

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = Count - tensorIndex;
        if (array.Length - arrayIndex < count)
            throw new ArgumentException($"The span has room for {array.Length - arrayIndex} elements, not {count}.");
        CopyRun(tensorIndex, array.Slice(arrayIndex, (int)count));
    }

    public unsafe void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        if (source.Length > Count - tensorIndex)
            throw new ArgumentException($"The tensor has room for {Count - tensorIndex} elements, not {source.Length}.");
        if (_contiguous)
            source.CopyTo(new Span<T>(Pointer + tensorIndex, source.Length));
        else
            for (var i = 0; i < source.Length; i++)
                Pointer[Offset(tensorIndex + i)] = source[i];
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0L; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private unsafe T* Pointer => (T*)_tensor.DataPointer;

    private unsafe void CopyRun(long start, Span<T> target)
    {
        if (_contiguous)
            new ReadOnlySpan<T>(Pointer + start, target.Length).CopyTo(target);
        else
            for (var i = 0; i < target.Length; i++)
                target[i] = Pointer[Offset(start + i)];
        GC.KeepAlive(_tensor);
    }

    private long Offset(long index)
    {
        if ((ulong)index >= (ulong)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The tensor has {Count} elements.");
        if (_contiguous)
            return index;
        var offset = 0L;
        for (var d = _sizes.Length - 1; d >= 0; d--)
        {
            offset += index % _sizes[d] * _strides[d];
            index /= _sizes[d];
        }
        return offset;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length != _sizes.Length)
            throw new ArgumentException($"The tensor has {_sizes.Length} dimensions, not {indices.Length}.");
        var offset = 0L;
        for (var d = 0; d < indices.Length; d++)
        {
            var at = indices[d] < 0 ? indices[d] + _sizes[d] : indices[d];
            if ((ulong)at >= (ulong)_sizes[d])
                throw new ArgumentOutOfRangeException(nameof(indices), indices[d], $"Dimension {d} has size {_sizes[d]}.");
            offset += at * _strides[d];
        }
        return offset;
    }
}
