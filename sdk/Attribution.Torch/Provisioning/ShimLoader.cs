using System.Runtime.InteropServices;

namespace Attribution.Torch.Provisioning;

/// <summary>Loads the shim, and libtorch with it, into this process; compiles it first where that was not done yet.</summary>
public static class ShimLoader
{
    private static readonly Lock Turn = new();
    private static IntPtr _handle;

    /// <summary>The thread setting in force; null until the shim is loaded.</summary>
    public static ThreadSetting? Threads { get; private set; }

    /// <summary>Where <see cref="Threads"/> comes from.</summary>
    public static ThreadsOrigin ThreadsOrigin { get; private set; }

    /// <summary>The libtorch in use; null until the shim is loaded.</summary>
    public static LibTorch? LibTorch { get; private set; }

    /// <summary>
    /// Measures the thread setting where that was not done on this machine; null, as in a process that is not the command line,
    /// leaves the default in force.
    /// </summary>
    public static ThreadTuner? Tuner { get; set; }

    /// <summary>The handle of the loaded shim. Installs nothing: a build or <c>attribution provision</c> does.</summary>
    /// <exception cref="TorchProvisioningException">There is no libtorch, the shim does not compile or does not load.</exception>
    public static IntPtr Load() => Load(null);

    /// <summary>As <see cref="Load()"/>, with a thread setting that nothing overrides.</summary>
    internal static IntPtr Load(ThreadSetting? forced)
    {
        lock (Turn)
        {
            if (_handle != IntPtr.Zero)
                return _handle;
            var libTorch = LibTorchLocator.Locate();
            var shim = new ShimBuilder().Ensure(libTorch);
            var asked = forced ?? ThreadSetting.FromEnvironment();
            var measured = asked is null ? (ThreadTuner.Kept(shim) ?? Tuner?.Tune(shim))?[0] : null;
            var threads = asked ?? measured?.Setting ?? ThreadSetting.Default;
            threads.Apply();
            _handle = Load(shim, libTorch);
            (Threads, LibTorch) = (threads, libTorch);
            ThreadsOrigin = asked is not null ? ThreadsOrigin.Environment : measured?.Milliseconds is not null ? ThreadsOrigin.Measured : ThreadsOrigin.Default;
            return _handle;
        }
    }

    internal static IntPtr Load(string shim, LibTorch libTorch)
    {
        try
        {
            return NativeLibrary.Load(shim);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // The runtime's message lists every name it tried, a line each; what dlopen said is in it.
            var reason = e.Message.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Contains(": ", StringComparison.Ordinal)) ?? e.Message;
            throw new TorchProvisioningException(TorchErrorCodes.LibTorchDoesNotLoad,
                $"libtorch {libTorch.Version} of {libTorch.Root} does not load: {reason}{(reason.EndsWith('.') ? "" : ".")}",
                $"Mend that libtorch, or name another with -p:LibTorchPath=FOLDER or LIBTORCH=FOLDER; if the shim itself is damaged, delete {Path.GetDirectoryName(shim)}.", e);
        }
    }
}
