using System.Diagnostics;
using System.Runtime.CompilerServices;
using Attribution.Tensors;
using static TorchSharp.torch;

namespace Attribution.Models.Fused;

/// <summary>Shared by the fused steps: divides rows among as many threads as libtorch uses, and accesses the memory of tensors.</summary>
internal static unsafe class Rows
{
    // For fewer numbers than this, waking a thread costs more than the work.
    private const long LeastForThreads = 1 << 14;

    /// <summary>For measurements: called with each step's source file and duration.</summary>
    public static Action<string, TimeSpan>? Timed { get; set; }

    /// <summary>Runs <paramref name="action"/> over ranges of rows that together cover each row once. Rows must be independent.</summary>
    public static void For(long rows, long width, Action<long, long> action, [CallerFilePath] string step = "")
    {
        var start = Timed is null ? 0 : Stopwatch.GetTimestamp();
        Share(rows, width, action);
        Timed?.Invoke(step, Stopwatch.GetElapsedTime(start));
    }

    private static void Share(long rows, long width, Action<long, long> action)
    {
        var threads = (int)Math.Min(get_num_threads(), rows);
        if (threads <= 1 || rows * width < LeastForThreads)
        {
            action(0, rows);
            return;
        }
        Parallel.For(0, threads, thread => action(rows * thread / threads, rows * (thread + 1) / threads));
    }

    /// <summary>The memory of a contiguous tensor on the CPU.</summary>
    public static void* Data(Tensor tensor) => tensor.is_contiguous() ? (void*)tensor.data_pointer()
        : throw new InvalidOperationException($"a fused step needs a contiguous tensor, not [{string.Join(", ", tensor.shape)}] with strides "
            + $"[{string.Join(", ", tensor.stride())}]");
}
