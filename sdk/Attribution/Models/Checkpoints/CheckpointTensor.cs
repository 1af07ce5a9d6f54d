using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Attribution.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Checkpoints;

/// <summary>A tensor of a PyTorch checkpoint: a view of a storage, which other tensors may share.</summary>
internal sealed class CheckpointTensor
{
    private readonly byte[] _storage; // little-endian
    private readonly long _offset; // in elements
    private readonly long[] _strides; // in elements

    internal CheckpointTensor(SafetensorsDType dtype, byte[] storage, long offset, long[] shape, long[] strides) =>
        (DType, _storage, _offset, Shape, _strides) = (dtype, storage, offset, shape, strides);

    /// <summary>The type of its elements.</summary>
    public SafetensorsDType DType { get; }

    /// <summary>Its sizes, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>How many elements it has.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The elements in row-major order, as float32; float64 values and large integers are rounded.</summary>
    public float[] ToFloats()
    {
        var values = new float[ElementCount];
        var size = ElementSize;
        var bytes = _storage.AsSpan();
        foreach (var (index, place) in Places().Index())
            values[index] = ToFloat(bytes.Slice((int)(place * size), size));
        return values;
    }

    /// <summary>The tensor in its own dtype on the CPU, row-major, in the current dispose scope.</summary>
    public Tensor ToTensor()
    {
        var size = ElementSize;
        var tensor = empty([.. Shape], Kind);
        var bytes = tensor.bytes;
        foreach (var (index, place) in Places().Index())
            _storage.AsSpan((int)(place * size), size).CopyTo(bytes[(index * size)..]);
        return tensor;
    }

    private int ElementSize => (int)(DType.Bits() / 8);

    private ScalarType Kind => DType switch
    {
        SafetensorsDType.F64 => ScalarType.Float64,
        SafetensorsDType.F32 => ScalarType.Float32,
        SafetensorsDType.F16 => ScalarType.Float16,
        SafetensorsDType.BF16 => ScalarType.BFloat16,
        SafetensorsDType.I64 => ScalarType.Int64,
        SafetensorsDType.I32 => ScalarType.Int32,
        SafetensorsDType.I16 => ScalarType.Int16,
        SafetensorsDType.I8 => ScalarType.Int8,
        SafetensorsDType.U8 => ScalarType.Byte,
        _ => ScalarType.Bool,
    };

    private float ToFloat(ReadOnlySpan<byte> element) => DType switch
    {
        SafetensorsDType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
        SafetensorsDType.F32 => BinaryPrimitives.ReadSingleLittleEndian(element),
        SafetensorsDType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
        SafetensorsDType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
        SafetensorsDType.I64 => BinaryPrimitives.ReadInt64LittleEndian(element),
        SafetensorsDType.I32 => BinaryPrimitives.ReadInt32LittleEndian(element),
        SafetensorsDType.I16 => BinaryPrimitives.ReadInt16LittleEndian(element),
        SafetensorsDType.I8 => (sbyte)element[0],
        _ => element[0],
    };

    /// <summary>The elements' positions in the storage, in row-major order.</summary>
    private IEnumerable<long> Places()
    {
        var index = new long[Shape.Count];
        var place = _offset;
        for (var left = ElementCount; left > 0; left--)
        {
            yield return place;
            for (var d = index.Length - 1; d >= 0; d--)
            {
                place += _strides[d];
                if (++index[d] < Shape[d])
                    break;
                place -= _strides[d] * Shape[d];
                index[d] = 0;
            }
        }
    }
}

/// <summary>A PyTorch dtype as a value, for example <c>torch.float32</c>.</summary>
/// <param name="Name">Its name with the module.</param>
internal sealed record CheckpointType(string Name);

/// <summary>A storage seen as elements of one type.</summary>
internal sealed record StorageView(SafetensorsDType DType, byte[] Bytes);
