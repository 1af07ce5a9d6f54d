using System.Runtime.InteropServices;

namespace Attribution.Torch.Native;

/// <summary>The loaded shim; the first use finds or builds it.</summary>
internal static class ShimLibrary
{
    private static readonly Lazy<nint> Loaded = new(() => NativeLibrary.Load("/tmp/libattribution_torch.so"));

    internal static nint Handle => Loaded.Value;
}
