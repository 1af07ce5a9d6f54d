using System.ComponentModel;
using System.Diagnostics;

namespace Attribution.Worker.Doctor;

/// <summary>The CUDA devices: those that the driver lists, and those of them that the tensor library can use.</summary>
public static class CudaCheck
{
    /// <param name="usable">The number of devices that the tensor library can use; null if it could not be loaded.</param>
    /// <param name="builtWithCuda">Whether the tensor library supports CUDA; null if not known.</param>
    public static Check Look(int? usable, bool? builtWithCuda) => Judge(DriverDevices(), usable, builtWithCuda);

    internal static Check Judge(IReadOnlyList<string> devices, int? usable, bool? builtWithCuda)
    {
        var list = string.Join("; ", devices);
        return (devices.Count, usable, builtWithCuda) switch
        {
            (0, null or 0, _) => new Check("CUDA devices", CheckStatus.Ok, "none; everything runs on the CPU"),
            (_, > 0, _) => new Check("CUDA devices", CheckStatus.Ok, devices.Count > 0 ? list : $"{usable} usable"),
            (_, _, false) => new Check("CUDA devices", CheckStatus.Warn, $"{list}, but libtorch was built without CUDA",
                "build with -p:TorchBackend=cuda, or name a libtorch with CUDA: export LIBTORCH=FOLDER"),
            (_, 0, _) => new Check("CUDA devices", CheckStatus.Warn, $"{list}, but libtorch can use none of them",
                "nvidia-smi, to compare the driver's CUDA version with libtorch's; also look at CUDA_VISIBLE_DEVICES"),
            _ => new Check("CUDA devices", CheckStatus.Ok, list),
        };
    }

    /// <summary>Names and memory from the driver's own tool; empty without a driver.</summary>
    private static IReadOnlyList<string> DriverDevices()
    {
        try
        {
            using var tool = Process.Start(new ProcessStartInfo("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = tool.StandardOutput.ReadToEnd();
            tool.WaitForExit();
            return tool.ExitCode == 0 ? output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
        }
        catch (Win32Exception)
        {
            return [];
        }
    }
}
