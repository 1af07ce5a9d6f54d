using Attribution.Diagnostics;
using Attribution.Torch.Provisioning;
using Attribution.Worker.Doctor;
using Attribution.Worker.Verbs;

namespace Attribution.Worker.Backends;

/// <summary>What the command line knows of the tensor library: here libtorch through the project's own binding.</summary>
internal static class TorchBackend
{
    /// <summary>To be called first: from here on, loading libtorch measures the thread setting where that was not done yet.</summary>
    public static void Start() =>
        ShimLoader.Tuner = new ThreadTuner(setting => ThisProgram.Command(MeasureThreadsVerb.Name, $"{setting.Threads}", $"{setting.PassiveWait}"));

    /// <summary>Serves the measurement of one thread setting over the standard streams.</summary>
    public static void MeasureThreads(int threads, bool passive) => ThreadWorkload.Serve(new ThreadSetting(threads, passive), Console.In, Console.Out);

    /// <summary>Finds or installs libtorch, compiles the shim, proves that it loads.</summary>
    public static void Provide(Action<string> progress, Action<string, string> warning) => Provisioner.Provide(progress, warning);

    /// <summary>
    /// What a user can mend, if that is what <paramref name="exception"/> or its cause says, with the last lines of the program
    /// that failed, if one did; else null.
    /// </summary>
    public static (AttributionException Error, string? Details)? UserError(Exception exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
            if (at is TorchProvisioningException error)
                return (new AttributionException(error.Code, error.Message, error), error.Output);
        return null;
    }

    /// <summary>Everything from the compiler to the devices. Works, and says so, where libtorch cannot be loaded.</summary>
    public static IEnumerable<Check> Checks()
    {
        LibTorch? libTorch = null;
        LoadedTorch? loaded = null;
        TorchProvisioningException? failure = null;
        try
        {
            libTorch = LibTorchLocator.Locate();
            loaded = LoadedTorch.Read();
        }
        catch (TorchProvisioningException e)
        {
            failure = e;
        }

        yield return (libTorch, loaded) switch
        {
            (null, _) => Failed("libtorch", failure!),
            (_, null) => new Check("libtorch", CheckStatus.Ok, Describe(libTorch)),
            _ => new Check("libtorch", CheckStatus.Ok, $"{Describe(libTorch)}; its own kernels use {loaded.CpuCapability}"),
        };
        yield return Compiler(isNeeded: loaded is null);
        if (libTorch is not null)
            yield return loaded is null ? Failed("shim", failure!) : new Check("shim", CheckStatus.Ok, new ShimBuilder().PathFor(libTorch));
        if (loaded is not null)
        {
            yield return loaded.Blas.IsReference
                ? new Check("BLAS", CheckStatus.Warn, $"{loaded.Blas.Name}, {loaded.Blas.Path}: many times slower than OpenBLAS", Blas.MendLine)
                : new Check("BLAS", CheckStatus.Ok, loaded.Blas.Path is null ? loaded.Blas.Name : $"{loaded.Blas.Name}, {loaded.Blas.Path}");
            if (ThreadSetting.CappedCoreType is { } capped)
                yield return new Check("OPENBLAS_CORETYPE", CheckStatus.Warn,
                    $"{capped} in the environment keeps OpenBLAS from this processor's AVX-512; attribution drops it for itself", "unset OPENBLAS_CORETYPE");
            yield return Threads();
        }
        yield return CudaCheck.Look(loaded?.CudaDevices, libTorch?.IsCuda);
    }

    private static string Describe(LibTorch libTorch)
    {
        var source = libTorch.Source switch
        {
            LibTorchSource.Explicit => "named by LIBTORCH",
            LibTorchSource.Python => "of the active python3",
            _ => "of the system",
        };
        return $"{libTorch.Version} {source}, {(libTorch.IsCuda ? "CUDA" : "CPU only")}, {libTorch.LibraryDir}";
    }

    private static Check Compiler(bool isNeeded) => CxxCompiler.Find() is { } compiler
        ? new Check("compiler", CheckStatus.Ok, compiler.Version)
        : new Check("compiler", isNeeded ? CheckStatus.Missing : CheckStatus.Absent,
            isNeeded ? "no C++ compiler, and the shim must be compiled once" : "none; not needed, the shim is compiled", "apt-get install g++");

    private static Check Threads()
    {
        var (threads, passive) = ShimLoader.Threads!;
        var wait = passive ? "idle ones sleep" : "idle ones spin for a while";
        var origin = ShimLoader.ThreadsOrigin switch
        {
            ThreadsOrigin.Environment => "as the environment says",
            ThreadsOrigin.Measured => "the fastest as measured on this machine",
            _ => "not measured, the machine was too busy; tried again after an hour",
        };
        return new Check("threads", CheckStatus.Ok, $"{threads} of {Machine.Cores} cores of {Machine.Processor}, {wait}; {origin}");
    }

    private static Check Failed(string part, TorchProvisioningException failure) => new(part, CheckStatus.Missing, $"{failure.Code}: {failure.Problem}", failure.Advice);
}
