using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace Attribution.Tensors;

/// <summary>The properties of this machine's processor that decide how products are computed.</summary>
internal static class Processor
{
    /// <summary>The processor's name, for example <c>AMD EPYC 9654</c>.</summary>
    public static string Name { get; } = ReadName();

    /// <summary>
    /// The cores this process may use; two hardware threads of one core count once. In a job of Slurm no more than it has been given: not every cluster binds
    /// jobs to their cores.
    /// </summary>
    public static int Cores { get; } = Given(CountCores(), Environment.GetEnvironmentVariable("SLURM_CPUS_PER_TASK"),
        Environment.GetEnvironmentVariable("SLURM_CPUS_ON_NODE"));

    /// <summary>The widest vectors that libtorch's own kernels use: AVX512, AVX2 or default. <c>ATEN_CPU_CAPABILITY</c> limits it.</summary>
    public static string Capability { get; } = ReadCapability();

    /// <summary>
    /// Whether the processor has instructions for bfloat16 matrix products (AVX512-BF16 or AMX). Without them, oneDNN's bfloat16 product runs at a fiftieth of
    /// the rate of float32's. If <c>ONEDNN_MAX_CPU_ISA</c> is set to something older, the result is false.
    /// </summary>
    public static bool MultipliesBFloat16 { get; } = HasBFloat16();

    private static string ReadName()
    {
        if (File.Exists("/proc/cpuinfo"))
            foreach (var line in File.ReadLines("/proc/cpuinfo"))
                if (line.StartsWith("model name", StringComparison.Ordinal))
                    return line[(line.IndexOf(':') + 1)..].Trim();
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
    }

    internal static int Given(int cores, string? perTask, string? onNode) =>
        int.TryParse(perTask ?? onNode, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 ? Math.Min(cores, given) : cores;

    private static int CountCores()
    {
        const string Cpus = "/sys/devices/system/cpu";
        if (!Directory.Exists(Cpus))
            return Environment.ProcessorCount;
        var cores = Directory.EnumerateDirectories(Cpus, "cpu*")
            .Select(cpu => Path.Combine(cpu, "topology", "thread_siblings_list")).Where(File.Exists)
            .Select(File.ReadAllText).Distinct().Count();
        return cores == 0 ? Environment.ProcessorCount : Math.Min(cores, Environment.ProcessorCount);
    }

    private static string ReadCapability()
    {
        if (Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY") is { Length: > 0 } cap)
            return cap.ToUpperInvariant();
        return Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported ? "AVX512" : Avx2.IsSupported && Fma.IsSupported ? "AVX2" : "default";
    }

    private static bool HasBFloat16()
    {
        if (!X86Base.IsSupported)
            return false;
        if (Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA") is { Length: > 0 } cap
            && cap.ToUpperInvariant() is not ("ALL" or "DEFAULT") && !cap.Contains("BF16", StringComparison.OrdinalIgnoreCase)
                && !cap.Contains("AMX", StringComparison.OrdinalIgnoreCase))
            return false;
        var highest = X86Base.CpuId(7, 0).Eax;
        var (avx512Bf16, amxBf16) = (highest >= 1 && (X86Base.CpuId(7, 1).Eax & 1 << 5) != 0, (X86Base.CpuId(7, 0).Edx & 1 << 22) != 0);
        return avx512Bf16 || amxBf16;
    }
}
