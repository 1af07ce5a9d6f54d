using Attribution.Diagnostics;
using Attribution.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models.Safetensors;

/// <summary>Loads tensors from safetensors files and saves them, one at a time.</summary>
internal static unsafe class SafetensorsTensors
{
    // The number of elements that are copied from a device to the host at a time.
    private const long PieceElements = 1 << 24;

    /// <summary>Loads a tensor of a file.</summary>
    /// <remarks>
    /// On the CPU and in the file's dtype, the tensor is the mapped file itself: it is read when used, and the mapping exists until the last tensor over it is
    /// disposed, even after the file is. Changing it in place changes this process's memory, never the file. Otherwise the tensor is a converted or moved copy,
    /// and the mapping is released. A tensor that is unaligned in the file, or lies in a file that is larger than memory, is copied too.
    /// </remarks>
    /// <param name="file">The file.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="dtype">The dtype of the result; the file's own if null.</param>
    /// <param name="device">The device of the result; the CPU if null.</param>
    /// <returns>A row-major tensor in the file's shape, in the current dispose scope.</returns>
    /// <exception cref="AttributionException">ATTR1114: there is no such tensor. ATTR1115: libtorch does not support the dtype.</exception>
    public static Tensor Load(this SafetensorsFile file, string name, ScalarType? dtype = null, Device? device = null)
    {
        var entry = file[name];
        if (ScalarTypeOf(entry.DType) is not { } stored)
            throw new AttributionException(ErrorCodes.TensorType,
                $"Tensor '{name}' is of dtype {entry.DType.Name()}, which cannot be computed with. Convert the "
                + "weights to BF16, F16 or F32.")
            { File = file.FilePath, Property = name };
        using var scope = NewDisposeScope();
        var bytes = file.Map(name);
        var isUsable = bytes.IsWritable && (nuint)bytes.Pointer % (nuint)(entry.DType.Bits() / 8) == 0;
        return View(bytes, entry.Shape, stored).to(dtype ?? stored, device ?? CPU, copy: !isUsable).MoveToOuterDisposeScope();
    }

    /// <summary>Loads a tensor of a checkpoint; see <see cref="Load(SafetensorsFile, string, ScalarType?, Device?)"/>.</summary>
    /// <exception cref="AttributionException">ATTR1114: there is no such tensor. ATTR1115: libtorch does not support the dtype.</exception>
    public static Tensor Load(this SafetensorsCollection weights, string name, ScalarType? dtype = null, Device? device = null) =>
        weights.FileOf(name).Load(name, dtype, device);

    /// <summary>A tensor to write. Its bytes are read when it is written, so it must live until then.</summary>
    /// <param name="name">The name in the file.</param>
    /// <param name="tensor">The tensor, with any shape, strides and device.</param>
    public static SafetensorsSource Source(string name, Tensor tensor) => new(name, DTypeOf(tensor.dtype), tensor.shape, stream => Write(tensor, stream));

    /// <summary>Writes tensors into a file; see <see cref="SafetensorsWriter.Write"/>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Write(path, tensors.Select(pair => Source(pair.Key, pair.Value)), metadata);

    private static Tensor View(MappedBytes bytes, long[] shape, ScalarType dtype)
    {
        try
        {
            return TensorExtensions.from_blob((nint)bytes.Pointer, shape, dtype, bytes.Dispose);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static void Write(Tensor tensor, Stream stream)
    {
        using var scope = NewDisposeScope();
        var flat = tensor.detach().contiguous().flatten();
        var count = flat.shape[0];
        for (var at = 0L; at < count; at += PieceElements)
        {
            using var piece = flat.narrow(0, at, Math.Min(PieceElements, count - at)).cpu();
            stream.Write(piece.bytes);
        }
    }

    private static ScalarType? ScalarTypeOf(SafetensorsDType dtype) => dtype switch
    {
        SafetensorsDType.Bool => ScalarType.Bool,
        SafetensorsDType.U8 => ScalarType.Byte,
        SafetensorsDType.I8 => ScalarType.Int8,
        SafetensorsDType.I16 => ScalarType.Int16,
        SafetensorsDType.I32 => ScalarType.Int32,
        SafetensorsDType.I64 => ScalarType.Int64,
        SafetensorsDType.F16 => ScalarType.Float16,
        SafetensorsDType.BF16 => ScalarType.BFloat16,
        SafetensorsDType.F32 => ScalarType.Float32,
        SafetensorsDType.F64 => ScalarType.Float64,
        _ => null,
    };

    private static SafetensorsDType DTypeOf(ScalarType dtype) => dtype switch
    {
        ScalarType.Bool => SafetensorsDType.Bool,
        ScalarType.Byte => SafetensorsDType.U8,
        ScalarType.Int8 => SafetensorsDType.I8,
        ScalarType.Int16 => SafetensorsDType.I16,
        ScalarType.Int32 => SafetensorsDType.I32,
        ScalarType.Int64 => SafetensorsDType.I64,
        ScalarType.Float16 => SafetensorsDType.F16,
        ScalarType.BFloat16 => SafetensorsDType.BF16,
        ScalarType.Float32 => SafetensorsDType.F32,
        ScalarType.Float64 => SafetensorsDType.F64,
        _ => throw new ArgumentException($"a tensor of {dtype} has no safetensors dtype", nameof(dtype)),
    };
}
