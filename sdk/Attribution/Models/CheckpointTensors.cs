using System.Runtime.InteropServices;
using Attribution.Diagnostics;
using Attribution.Models.Safetensors;
using Attribution.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Models;

/// <summary>Tensors out of safetensors files and into them.</summary>
internal static unsafe class CheckpointTensors
{
    /// <summary>
    /// A tensor of a file, on a device and of a dtype: over the mapped file itself where both are already right, else converted, one tensor at a time.
    /// </summary>
    public static Tensor Read(SafetensorsFile file, string name, ScalarType dtype, Device device)
    {
        var entry = file[name];
        var stored = entry.DType switch
        {
            SafetensorsDType.F32 => float32,
            SafetensorsDType.BF16 => bfloat16,
            SafetensorsDType.F16 => float16,
            SafetensorsDType.F64 => float64,
            _ => throw new AttributionException(ErrorCodes.TensorType, $"Tensor '{name}' is of dtype {entry.DType.Name()}; weights are F32, BF16, F16 or F64.") { File = file.FilePath, Property = name },
        };
        var bytes = file.Map(name);
        using var scope = NewDisposeScope();
        var mapped = TensorExtensions.from_blob((nint)bytes.Pointer, entry.Shape, stored, bytes.Dispose);
        var aligned = (nuint)bytes.Pointer % (nuint)mapped.element_size() == 0;
        return mapped.to(dtype, device, copy: !aligned).DetachFromDisposeScope();
    }

    /// <summary>A tensor to be written under a name; its bytes are taken when they are written, so it must live until then.</summary>
    public static SafetensorsSource Source(string name, Tensor tensor)
    {
        var dtype = tensor.dtype switch
        {
            ScalarType.Float32 => SafetensorsDType.F32,
            ScalarType.BFloat16 => SafetensorsDType.BF16,
            ScalarType.Float16 => SafetensorsDType.F16,
            ScalarType.Float64 => SafetensorsDType.F64,
            _ => throw new ArgumentException($"'{name}' is {tensor.dtype}, which weights are not", nameof(tensor)),
        };
        return new SafetensorsSource(name, dtype, tensor.shape, stream => Write(tensor, stream));
    }

    private static void Write(Tensor tensor, Stream stream)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var flat = tensor.detach().contiguous().flatten();
        // In pieces, for a span holds 2 GiB and a device's memory need not be on the host twice.
        const long Piece = 1 << 26;
        for (var at = 0L; at < flat.shape[0]; at += Piece)
        {
            using var piece = flat.narrow(0, at, Math.Min(Piece, flat.shape[0] - at)).cpu();
            stream.Write(piece.bytes);
        }
    }
}
