using System.Runtime.Intrinsics.X86;

namespace Attribution.Torch.Provisioning;

/// <summary>The facts of this machine's processor that the thread setting depends on.</summary>
public static class Machine
{
    /// <summary>The processor's name, such as <c>AMD EPYC 9654</c>.</summary>
    public static string Processor { get; } = ReadProcessor();

    /// <summary>The cores this process may use; two hardware threads of one core count once.</summary>
    public static int Cores { get; } = CountCores();

    /// <summary>Whether the processor has AVX-512, asked of it and not of what .NET was told to use.</summary>
    public static bool HasAvx512 { get; } = X86Base.IsSupported && (X86Base.CpuId(7, 0).Ebx & (1 << 16)) != 0;

    private static string ReadProcessor()
    {
        if (File.Exists("/proc/cpuinfo"))
            foreach (var line in File.ReadLines("/proc/cpuinfo"))
                if (line.StartsWith("model name", StringComparison.Ordinal))
                    return line[(line.IndexOf(':') + 1)..].Trim();
        return "unknown";
    }

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
}
