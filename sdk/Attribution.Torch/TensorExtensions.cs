using System.Runtime.InteropServices;
using Attribution.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Torch;

/// <summary>What we need of tensors and TorchSharp does not offer. All of it is here.</summary>
public static unsafe class TensorExtensions
{
    /// <summary>
    /// A tensor over memory that it does not own: <paramref name="sizes"/> elements of <paramref name="dtype"/> in row-major order.
    /// <paramref name="release"/> runs once, when the last tensor over the memory has gone, on whichever thread lets it go.
    /// </summary>
    public static Tensor from_blob(nint data, ReadOnlySpan<long> sizes, ScalarType dtype, Action release, Device? device = null)
    {
        var context = GCHandle.ToIntPtr(GCHandle.Alloc(release));
        fixed (long* p = sizes)
            return new Tensor(NativeMethods.Check(NativeMethods.at_from_blob(
                data, p, sizes.Length, (int)dtype, (int)(device?.type ?? DeviceType.CPU), device?.index ?? -1, &Release, context)));
    }

    /// <summary>The tensor's memory as a pointer; the tensor must outlive its use.</summary>
    public static nint data_pointer(this Tensor tensor) => tensor.DataPointer;

    /// <summary>How libtorch was built and what it will use: CPU capability, BLAS, OpenMP, oneDNN, threads.</summary>
    public static string Configuration => Marshal.PtrToStringUTF8((nint)NativeMethods.at_configuration())!;

    /// <summary>The free and all bytes of a GPU's memory.</summary>
    /// <exception cref="ExternalException">There is no such device.</exception>
    public static (long Free, long Total) CudaMemory(int index = 0)
    {
        long free, total;
        NativeMethods.Check(NativeMethods.at_cuda_memory(index, &free, &total));
        return (free, total);
    }

    /// <summary>Seconds that libtorch alone, from C++, takes for <paramref name="times"/> calls of <c>add</c> or <c>mm</c>: what a benchmark compares with.</summary>
    public static double TimeDirect(bool mm, Tensor a, Tensor b, long times)
    {
        var seconds = NativeMethods.at_time_direct(mm ? 1 : 0, a.Handle, b.Handle, times);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        return seconds >= 0 ? seconds : throw NativeMethods.LastError();
    }

    [UnmanagedCallersOnly]
    private static void Release(nint context)
    {
        var handle = GCHandle.FromIntPtr(context);
        var release = (Action)handle.Target!;
        handle.Free();
        release();
    }
}
