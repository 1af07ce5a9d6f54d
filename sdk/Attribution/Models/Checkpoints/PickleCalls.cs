using System.Numerics;
using Attribution.Models.Safetensors;

namespace Attribution.Models.Checkpoints;

/// <summary>Executes a pickle's calls, which create tensors over storages, and plain values.</summary>
/// <param name="archive">The archive with the storages.</param>
/// <param name="length">The pickle's length in bytes.</param>
internal sealed class PickleCalls(CheckpointArchive archive, int length)
{
    private const int MostDimensions = 64; // PyTorch's own limit

    // A pickle may name one long list again and again; this bounds the total copying in proportion to the pickle's length.
    private long _copiesLeft = 4L * length;

    /// <summary>Calls one of the functions that <see cref="PickleGlobals"/> knows.</summary>
    public object Call(object? function, object?[] arguments) => (function, arguments) switch
    {
        (PickleFunction.RebuildTensor, [StorageView storage, long offset, object?[] size, object?[] stride, bool, _, ..]) when arguments.Length is 6 or 7 =>
            Tensor(storage, offset, Sizes(size), Sizes(stride)),
        (PickleFunction.RebuildParameter, [CheckpointTensor tensor, bool, _]) => tensor,
        (PickleFunction.OrderedDictionary, []) => new OrderedDictionary<object, object?>(),
        (PickleFunction.OrderedDictionary, [List<object?> pairs]) => Dictionary(pairs),
        (PickleFunction.Size, [object?[] sizes]) => Array.ConvertAll(Sizes(sizes), size => (object?)size),
        (PickleFunction.Encode, [string text, "latin1"]) => Copied(text.Length, () => PickleGlobals.Encode(text)),
        (PickleFunction.EmptyBytes, []) => Array.Empty<byte>(),
        (PickleFunction known, _) => throw new PickleException($"{known} is called with arguments that it does not accept"),
        _ => throw new PickleException("something that is not a function is called"),
    };

    /// <summary>The storage with a persistent id, <c>('storage', class, key, location, elements)</c>. Its device does not matter.</summary>
    public StorageView Storage(object? id) => id is object?[] and ["storage", SafetensorsDType dtype, string key, string, long elements]
        ? new(dtype, archive.Storage(key, dtype, elements))
        : throw new PickleException("a persistent id is not that of a storage");

    /// <summary>A dictionary's key: text, a number or a Boolean.</summary>
    public static object Key(object? key) => key is string or long or double or bool or BigInteger
        ? key : throw new PickleException("a dictionary's key is neither text nor a number");

    /// <summary>The finished value, after checking everything in it: no intermediate step of a tensor may remain.</summary>
    public static object? Checked(object? value)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object?>([value]);
        while (open.TryPop(out var next))
        {
            if (next is null || !seen.Add(next))
                continue;
            switch (next)
            {
                case List<object?> list:
                    list.ForEach(open.Push);
                    break;
                case object?[] tuple:
                    Array.ForEach(tuple, open.Push);
                    break;
                case OrderedDictionary<object, object?> dictionary:
                    foreach (var item in dictionary.Values)
                        open.Push(item);
                    break;
                case PickleFunction or SafetensorsDType or StorageView:
                    throw new PickleException("a function, a class or a storage is left as a value");
            }
        }
        return value;
    }

    private static CheckpointTensor Tensor(StorageView storage, long offset, long[] shape, long[] strides)
    {
        var elements = storage.Bytes.LongLength / (storage.DType.Bits() / 8);
        if (shape.Length != strides.Length || offset < 0)
            throw new PickleException($"a tensor has {shape.Length} sizes, {strides.Length} strides and the offset {offset}");
        if (!shape.Contains(0))
        {
            // 128 bits hold every intermediate value: the count never passes elements times one size.
            Int128 count = 1, last = offset;
            for (var d = 0; d < shape.Length; d++)
            {
                if ((count *= shape[d]) > elements)
                    throw new PickleException($"a tensor of ({string.Join(", ", shape)}) has more elements than the {elements} of its storage (an "
                        + "expanded tensor must be saved as a contiguous() copy)");
                last += (Int128)(shape[d] - 1) * strides[d];
            }
            if (last >= elements)
                throw new PickleException($"a tensor of ({string.Join(", ", shape)}) reaches beyond the {elements} elements of its storage");
        }
        return new(storage.DType, storage.Bytes, offset, shape, strides);
    }

    private OrderedDictionary<object, object?> Dictionary(List<object?> pairs) => Copied(pairs.Count, () =>
    {
        var dictionary = new OrderedDictionary<object, object?>();
        foreach (var pair in pairs)
        {
            var (key, value) = pair switch
            {
                object?[] and [var k, var v] => (k, v),
                List<object?> and [var k, var v] => (k, v),
                _ => throw new PickleException("a dictionary is made from something other than pairs"),
            };
            dictionary[Key(key)] = value;
        }
        return dictionary;
    });

    private static long[] Sizes(object?[] values) => values.Length <= MostDimensions && values.All(value => value is long and >= 0)
        ? Array.ConvertAll(values, value => (long)value!)
        : throw new PickleException($"sizes or strides are not up to {MostDimensions} numbers of 0 or more");

    private T Copied<T>(int count, Func<T> make) =>
        (_copiesLeft -= count) >= 0 ? make() : throw new PickleException("it copies more than it holds");
}
