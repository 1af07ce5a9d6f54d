using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Attribution.Worker;

/// <summary>
/// Ends this process some time after it was told to stop, unless it has ended by then: native code that never returns, or a user's own class, must not keep
/// locks. The operating system ends it, which works even if this process hangs.
/// </summary>
internal static partial class StopDeadline
{
    /// <summary>How long it takes to come, in seconds: the same time that a build allows.</summary>
    public const int Seconds = 10;

    private static List<PosixSignalRegistration>? _signals;

    /// <summary>From now on, a stop signal starts the countdown. Only for this program's own processes, because it ends the calling process.</summary>
    public static void Arm() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Start),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Start)];

    /// <summary>Starts the countdown if armed: the process that started this one is gone.</summary>
    public static void Start()
    {
        if (_signals is null)
            return;
        if (OperatingSystem.IsWindows())
            _ = Task.Delay(TimeSpan.FromSeconds(Seconds)).ContinueWith(_ => Process.GetCurrentProcess().Kill(), TaskScheduler.Default);
        else
            _ = Alarm((uint)Seconds);
    }

    private static void Start(PosixSignalContext signal) => Start();

    // By default, SIGALRM ends a process.
    [LibraryImport("libc", EntryPoint = "alarm")]
    private static partial uint Alarm(uint seconds);
}
