using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Attribution.Benchmarks;

/// <summary>
/// The peak of a device's memory while this lives: of a GPU what its driver counts as used, looked at again and again, without what was used before the process
/// began; of the CPU the peak of this process's resident set.
/// </summary>
internal sealed partial class DeviceMemory : IDisposable
{
    private const int PauseMilliseconds = 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watch = Task.CompletedTask;
    private readonly nint _gpu;
    private long _peak;

    /// <summary>Begins to look.</summary>
    public DeviceMemory(torch.Device device)
    {
        if (device.type != DeviceType.CUDA)
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
            return;
        }
        // The first visible GPU is the model's. NVML numbers all GPUs, and takes an id too.
        var shown = (Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES") ?? "0").Split(',')[0];
        Check(nvmlInit_v2());
        Check(uint.TryParse(shown, CultureInfo.InvariantCulture, out var index) ? nvmlDeviceGetHandleByIndex_v2(index, out _gpu)
            : nvmlDeviceGetHandleByUUID(shown, out _gpu));
        _watch = Task.Factory.StartNew(Watch, TaskCreationOptions.LongRunning);
    }

    /// <summary>The peak so far in bytes.</summary>
    public long Peak => _gpu != 0 ? Math.Max(_peak, Used()) : 1024 * long.Parse(File.ReadLines("/proc/self/status").First(line =>
        line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    /// <summary>Looks no more.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _watch.Wait();
        _stop.Dispose();
    }

    private void Watch()
    {
        while (!_stop.IsCancellationRequested)
        {
            _peak = Math.Max(_peak, Used());
            Thread.Sleep(PauseMilliseconds);
        }
    }

    private long Used()
    {
        Check(nvmlDeviceGetMemoryInfo(_gpu, out var memory));
        return (long)memory.Used;
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new InvalidOperationException($"NVML says {result}");
    }

    [LibraryImport("libnvidia-ml.so.1")]
    private static partial int nvmlInit_v2();

    [LibraryImport("libnvidia-ml.so.1")]
    private static partial int nvmlDeviceGetHandleByIndex_v2(uint index, out nint device);

    [LibraryImport("libnvidia-ml.so.1", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int nvmlDeviceGetHandleByUUID(string uuid, out nint device);

    [LibraryImport("libnvidia-ml.so.1")]
    private static partial int nvmlDeviceGetMemoryInfo(nint device, out Memory memory);

    [StructLayout(LayoutKind.Sequential)]
    private struct Memory
    {
        public ulong Total, Free, Used;
    }
}
