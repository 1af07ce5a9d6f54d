using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Attribution.Worker;

/// <summary>
/// Ends this process some time after it was told to stop, if it has not ended by then: native code that never comes back, or someone's own class, must not keep
/// locks. The system does it, so that it also works where this process no longer does.
/// </summary>
internal static partial class StopDeadline
{
    /// <summary>What a build allows, too.</summary>
    private const uint Seconds = 10;

    private static List<PosixSignalRegistration>? _signals;

    /// <summary>Called at once when a signal tells this process to end.</summary>
    public static event Action? Told;

    /// <summary>From now on a signal to stop starts the time. For processes of our own alone: it ends whoever calls it.</summary>
    public static void Arm() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Start),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Start)];

    /// <summary>Starts the time, if this is armed: whoever started this process is gone.</summary>
    public static void Start()
    {
        if (_signals is null)
            return;
        if (OperatingSystem.IsWindows())
            _ = Task.Delay(TimeSpan.FromSeconds(Seconds)).ContinueWith(_ => Process.GetCurrentProcess().Kill(), TaskScheduler.Default);
        else
            _ = Alarm(Seconds);
    }

    private static void Start(PosixSignalContext signal)
    {
        Told?.Invoke();
        Start();
    }

    // What SIGALRM does to who does not ask for it is end it.
    [LibraryImport("libc", EntryPoint = "alarm")]
    private static partial uint Alarm(uint seconds);
}
