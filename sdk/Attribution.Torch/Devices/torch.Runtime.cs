using System.Runtime.InteropServices;
using Attribution.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The version of the loaded libtorch, such as 1.13.1.</summary>
    public static unsafe string __version__ => Marshal.PtrToStringUTF8((nint)NativeMethods.at_version())!;

    public static int get_num_threads() => NativeMethods.at_num_threads(0);
    public static void set_num_threads(int num) => NativeMethods.Check(NativeMethods.at_set_num_threads(num, 0));
    public static int get_num_interop_threads() => NativeMethods.at_num_threads(1);
    public static void set_num_interop_threads(int num) => NativeMethods.Check(NativeMethods.at_set_num_threads(num, 1));

    public static bool are_deterministic_algorithms_enabled() => NativeMethods.at_deterministic() != 0;
    /// <summary>Makes operators use deterministic algorithms until the result is disposed.</summary>
    public static IDisposable use_deterministic_algorithms(bool mode = true, bool warn_only = false)
    {
        if (warn_only)
            throw new NotSupportedException("This binding has no warn_only.");
        var before = NativeMethods.at_deterministic();
        NativeMethods.at_set_deterministic(mode ? 1 : 0);
        return new Restore(() => NativeMethods.at_set_deterministic(before));
    }

    /// <summary>Undoes a setting, once.</summary>
    private sealed class Restore(Action undo) : IDisposable
    {
        private Action? _undo = undo;

        public void Dispose() => Interlocked.Exchange(ref _undo, null)?.Invoke();
    }
}
