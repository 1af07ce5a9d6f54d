using Attribution.Diagnostics;
using Attribution.Worker.Doctor;
using TorchSharp;

namespace Attribution.Worker.Backends;

/// <summary>What the command line knows of the tensor library: here the TorchSharp package, which brings its own libtorch.</summary>
internal static class TorchBackend
{
    /// <summary>Nothing to do: the package's libtorch chooses its threads itself.</summary>
    public static void Start()
    {
    }

    public static void MeasureThreads(int threads, bool passive) => throw new NotSupportedException("The TorchSharp package chooses its threads itself.");

    /// <summary>Nothing to do: the package was restored with its libtorch.</summary>
    public static void Provide(Action<string> progress, Action<string, string> warning)
    {
    }

    public static (AttributionException Error, string? Details)? UserError(Exception exception) => null;

    public static IEnumerable<Check> Checks()
    {
        yield return new Check("libtorch", CheckStatus.Ok, $"{torch.__version__}, of the TorchSharp package");
        yield return new Check("threads", CheckStatus.Ok, $"{torch.get_num_threads()}");
        yield return CudaCheck.Look(torch.cuda.device_count(), torch.cuda.is_available() ? true : null);
    }
}
