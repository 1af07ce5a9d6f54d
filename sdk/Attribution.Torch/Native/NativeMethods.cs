using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Attribution.Torch.Provisioning;

namespace Attribution.Torch.Native;

/// <summary>The functions of the C++ shim (native/attribution_torch.cpp), as declared there.</summary>
internal static unsafe partial class NativeMethods
{
    internal const string Library = "attribution_torch";

#pragma warning disable CA2255 // the resolver must be in place before the first call, whoever makes it
    [ModuleInitializer]
    internal static void ResolveTheShim() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, (name, _, _) => name == Library ? ShimLoader.Load() : 0);
#pragma warning restore CA2255

    [LibraryImport(Library)] internal static partial byte* at_last_error();
    [LibraryImport(Library)] internal static partial byte* at_version();
    [LibraryImport(Library)] internal static partial byte* at_configuration();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint at_operator(string name, string overload);
    [LibraryImport(Library)] internal static partial int at_call(nint op, NativeValue* arguments, int count, NativeValue* results, int room);

    [LibraryImport(Library)] internal static partial int at_facts(nint t, TensorFacts* facts);
    [LibraryImport(Library)] internal static partial int at_sizes(nint t, long* sizes, long* strides);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial int at_dtype(nint t);
    [LibraryImport(Library)] internal static partial nint at_data(nint t);
    [LibraryImport(Library)] internal static partial int at_defined(nint t);
    [LibraryImport(Library)] internal static partial nint at_alias(nint t);
    [LibraryImport(Library)] internal static partial void at_free(nint t);
    [LibraryImport(Library)] internal static partial void at_free_list(nint list);
    [LibraryImport(Library)]
    internal static partial nint at_from_blob(
        nint data, long* sizes, int dim, int dtype, int deviceType, int deviceIndex, delegate* unmanaged<nint, void> release, nint context);

    [LibraryImport(Library)] internal static partial int at_set_requires_grad(nint t, int on);
    [LibraryImport(Library)] internal static partial nint at_grad(nint t);
    [LibraryImport(Library)] internal static partial int at_set_grad(nint t, nint grad);
    [LibraryImport(Library)] internal static partial int at_retain_grad(nint t);
    [LibraryImport(Library)]
    internal static partial int at_backward(nint* outputs, nint* grads, int count, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Library)]
    internal static partial int at_autograd_grad(
        nint* outputs, nint* grads, int count, nint* inputs, int inputCount, int retainGraph, int createGraph, int allowUnused, nint* results);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial int at_grad_enabled();
    [LibraryImport(Library)][SuppressGCTransition] internal static partial void at_set_grad_enabled(int on);
    [LibraryImport(Library)][SuppressGCTransition] internal static partial int at_inference_enabled();
    [LibraryImport(Library)] internal static partial nint at_inference_begin(int on);
    [LibraryImport(Library)] internal static partial void at_inference_end(nint guard);

    [LibraryImport(Library)] internal static partial void at_manual_seed(ulong seed);
    [LibraryImport(Library)] internal static partial nint at_generator(ulong seed, int deviceType, int deviceIndex, int shared);
    [LibraryImport(Library)] internal static partial int at_generator_seed(nint generator, ulong* seed, int set);
    [LibraryImport(Library)] internal static partial nint at_generator_state(nint generator);
    [LibraryImport(Library)] internal static partial int at_set_generator_state(nint generator, nint state);
    [LibraryImport(Library)] internal static partial void at_generator_free(nint generator);

    [LibraryImport(Library)] internal static partial int at_num_threads(int interop);
    [LibraryImport(Library)] internal static partial int at_set_num_threads(int threads, int interop);
    [LibraryImport(Library)] internal static partial void at_set_deterministic(int on);
    [LibraryImport(Library)] internal static partial int at_deterministic();
    [LibraryImport(Library)] internal static partial int at_cuda_count();
    [LibraryImport(Library)] internal static partial int at_cuda_synchronize(int index);

    [LibraryImport(Library)] internal static partial int at_cuda_memory(int index, long* free, long* total);

    [LibraryImport(Library)] internal static partial double at_time_direct(int mm, nint a, nint b, long times);

    /// <summary>Throws what libtorch said, if <paramref name="result"/> says that a call failed.</summary>
    internal static void Check(int result)
    {
        if (result < 0)
            throw LastError();
    }

    /// <summary>The result itself, or an exception with what libtorch said where it is null.</summary>
    internal static nint Check(nint result) => result != 0 ? result : throw LastError();

    internal static ExternalException LastError() => new(Marshal.PtrToStringUTF8((nint)at_last_error()) ?? "libtorch failed without a message");
}

/// <summary>One argument or result of an operator, laid out as the shim's <c>Value</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct NativeValue
{
    [FieldOffset(0)] internal ValueTag Tag;
    [FieldOffset(4)] internal int Count;
    [FieldOffset(8)] internal long Integer;
    [FieldOffset(8)] internal double Real;
    [FieldOffset(8)] internal nint Pointer;
}

/// <summary>What a <see cref="NativeValue"/> holds, numbered as in the shim.</summary>
internal enum ValueTag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    IntList = 5,
    TensorList = 6,
    String = 7,
    Device = 8,
    Generator = 9,
    DoubleList = 10,
    Default = 11,
}

/// <summary>What is true of a tensor, laid out as in the shim.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TensorFacts
{
    internal long NumberOfElements;
    internal long StorageOffset;
    internal int Dimensions;
    internal int DType;
    internal int DeviceType;
    internal int DeviceIndex;
    internal int ElementSize;
    internal int Flags;

    internal readonly bool RequiresGrad => (Flags & 1) != 0;
    internal readonly bool IsLeaf => (Flags & 2) != 0;
    internal readonly bool IsContiguous => (Flags & 4) != 0;
    internal readonly bool IsSparse => (Flags & 8) != 0;
}
