using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Tensors;

/// <summary>Tensor functions that TorchSharp does not expose, or does not implement safely (<see cref="Scalars"/>).</summary>
internal static unsafe partial class TensorExtensions
{
    // libtorch holds a function pointer to each, so they must live until they are called.
    private static readonly ConcurrentDictionary<Deleter, bool> s_deleters = new();

    private delegate void Deleter(nint memory);

    /// <summary>A tensor on the CPU over memory that it does not own.</summary>
    /// <param name="data">The address of the first element.</param>
    /// <param name="sizes">The shape, in row-major order.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="release">Runs once, when the last tensor over the memory is disposed, on the thread that disposes it.</param>
    /// <exception cref="ExternalException">libtorch does not support that shape or type.</exception>
    public static Tensor from_blob(nint data, ReadOnlySpan<long> sizes, ScalarType dtype, Action release)
    {
        TorchLibrary.Load();
        InitializeDeviceType(DeviceType.CPU);
        Deleter? deleter = null;
        deleter = _ =>
        {
            s_deleters.TryRemove(deleter!, out var _);
            release();
        };
        s_deleters[deleter] = true;
        nint handle;
        fixed (long* p = sizes)
            handle = THSTensor_new(data, Marshal.GetFunctionPointerForDelegate(deleter), p, sizes.Length, (sbyte)dtype, (sbyte)dtype, 0, -1, 0);
        if (handle == 0)
            CheckForErrors();
        return Tensor.UnsafeCreateTensor(handle);
    }

    /// <summary>The address of the first element; the tensor must outlive its use.</summary>
    public static nint data_pointer(this Tensor tensor)
    {
        var data = THSTensor_data(tensor.Handle);
        GC.KeepAlive(tensor);
        return data;
    }

    /// <summary>left + right, elementwise, with broadcasting.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, Scalars.One);

    /// <summary>Adds <paramref name="right"/> to <paramref name="left"/> in place; returns <paramref name="left"/>.</summary>
    public static Tensor PlusInPlace(this Tensor left, Tensor right) => left.add_(right, Scalars.One);

    /// <summary>tensor + number.</summary>
    public static Tensor Plus(this Tensor tensor, double number) => tensor.add(Scalars.Of(number), Scalars.One);

    /// <summary>tensor * number.</summary>
    public static Tensor Times(this Tensor tensor, double number) => tensor.mul(Scalars.Of(number));

    /// <summary>tensor / number.</summary>
    public static Tensor Over(this Tensor tensor, double number) => tensor.div(Scalars.Of(number));

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_new(
        nint data, nint deleter, long* sizes, int count, sbyte type, sbyte dtype, int deviceType, int deviceIndex, byte requiresGrad);

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_data(nint handle);

    /// <summary>c tanh(x / c); x if there is no cap c.</summary>
    public static Tensor SoftCapped(this Tensor x, double? cap) => cap is { } c ? x.Over(c).tanh().Times(c) : x;

    /// <summary>Repeats every head several times in a row: [B, K, S, d] to [B, K * times, S, d].</summary>
    public static Tensor RepeatHeads(this Tensor heads, long times)
    {
        var (b, k, s, d) = (heads.shape[0], heads.shape[1], heads.shape[2], heads.shape[3]);
        return times == 1 ? heads : heads.unsqueeze(2).expand(b, k, times, s, d).reshape(b, k * times, s, d);
    }
}
