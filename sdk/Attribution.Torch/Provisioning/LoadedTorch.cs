using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Attribution.Torch.Provisioning;

/// <summary>What the loaded libtorch says of itself.</summary>
/// <param name="Version">Such as <c>1.13.0</c>.</param>
/// <param name="CpuCapability">The instruction set its own CPU kernels use, such as <c>AVX2</c>.</param>
/// <param name="Blas">The BLAS behind its CPU matrix products.</param>
/// <param name="Threads">The threads an operator may use.</param>
/// <param name="CudaDevices">The CUDA devices it can use; 0 for a libtorch without CUDA.</param>
public sealed partial record LoadedTorch(string Version, string CpuCapability, Blas Blas, int Threads, int CudaDevices)
{
    /// <summary>Loads the shim and asks.</summary>
    /// <exception cref="TorchProvisioningException">As <see cref="ShimLoader.Load()"/>.</exception>
    public static unsafe LoadedTorch Read()
    {
        var shim = ShimLoader.Load();
        var version = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(shim, "at_version");
        var configuration = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(shim, "at_configuration");
        var threads = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(shim, "at_num_threads");
        var devices = (delegate* unmanaged<int>)NativeLibrary.GetExport(shim, "at_cuda_count");

        var text = Marshal.PtrToStringUTF8((nint)configuration()) ?? "";
        var capability = CapabilityLine().Match(text) is { Success: true } match ? match.Groups[1].Value : "unknown";
        return new LoadedTorch(Marshal.PtrToStringUTF8((nint)version()) ?? "", capability, Blas.OfThisProcess(text), threads(0), Math.Max(0, devices()));
    }

    [GeneratedRegex(@"CPU capability usage: (.+)")]
    private static partial Regex CapabilityLine();
}
