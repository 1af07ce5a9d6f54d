using Attribution.Diagnostics;
using Attribution.Tensors;
using TorchSharp;

namespace Attribution.Worker.Doctor;

/// <summary>libtorch, the processor, the threads and the GPUs. If libtorch cannot be loaded, the result says so.</summary>
internal static class TorchChecks
{
    public static IEnumerable<Check> Look()
    {
        TorchLibraryInfo? loaded = null;
        AttributionException? failure = null;
        try
        {
            loaded = TorchLibrary.Load();
        }
        catch (AttributionException e)
        {
            failure = e;
        }
        if (loaded is null)
        {
            yield return new Check("libtorch", CheckStatus.Missing, $"{failure!.Code}: {failure.Message}");
            yield return CudaCheck.Look(null, null);
            yield break;
        }

        var version = loaded.Version is { } known ? $"{known}" : "of unknown version";
        yield return new Check("libtorch", loaded.Fits ? CheckStatus.Ok : CheckStatus.Warn,
            $"{version} {loaded.Origin}, {(loaded.HasCuda ? "CUDA" : "CPU only")}, {loaded.Folder}",
            loaded.Fits ? null : $"{TorchLibrary.VersionWarning(loaded)}");
        yield return new Check("TorchSharp", CheckStatus.Ok, $"{TorchLibrary.PackageVersion}"
            + (loaded.WithOldStandardLibrary ? ", loaded with a weak reference to libstdc++, because this system's is older than the package's" : ""));
        yield return new Check("processor", CheckStatus.Ok,
            $"{Processor.Name}, {Processor.Cores} cores; kernels use {Processor.Capability}; "
                + $"{(Processor.MultipliesBFloat16 ? "multiplies bfloat16 itself" : "multiplies bfloat16 as float32")}");
        yield return new Check("threads", CheckStatus.Ok, TorchThreads.Asked() is { } asked
            ? $"{asked} of {Processor.Cores} cores, as set in the environment"
            : $"1 for small models, {Processor.Cores} of {Processor.Cores} cores for others");
        yield return CudaCheck.Look(loaded.HasCuda && torch.cuda.is_available() ? torch.cuda.device_count() : 0, loaded.HasCuda);
    }
}
