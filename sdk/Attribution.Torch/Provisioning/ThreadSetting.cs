using System.Globalization;

namespace Attribution.Torch.Provisioning;

/// <summary>How many threads libtorch and its BLAS use, and how those of libtorch wait for work.</summary>
/// <remarks>
/// libtorch keeps an OpenMP pool and OpenBLAS a pool of its own. Where both spin while they wait they take the cores from
/// each other, so the better of the two policies is measured per machine (<see cref="ThreadTuner"/>).
/// </remarks>
/// <param name="Threads">At least 1.</param>
/// <param name="PassiveWait">Whether idle OpenMP threads sleep (<c>OMP_WAIT_POLICY=passive</c>) instead of spinning for a while.</param>
public sealed record ThreadSetting(int Threads, bool PassiveWait)
{
    // What OpenBLAS can be told to be that uses no AVX-512.
    private static readonly string[] CoreTypesWithoutAvx512 = ["Haswell", "Zen", "SandyBridge", "Nehalem", "Prescott", "Core2", "Excavator", "Piledriver"];

    /// <summary>What a person or a scheduler asked for, if anything: <c>ATTRIBUTION_THREADS</c>, else <c>OMP_NUM_THREADS</c>.</summary>
    /// <exception cref="TorchProvisioningException"><see cref="TorchErrorCodes.BadThreads"/>.</exception>
    public static ThreadSetting? FromEnvironment()
    {
        var passive = !"active".Equals(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY"), StringComparison.OrdinalIgnoreCase);
        if (Environment.GetEnvironmentVariable("ATTRIBUTION_THREADS") is { Length: > 0 } asked)
            return int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads > 0
                ? new ThreadSetting(threads, passive)
                : throw new TorchProvisioningException(TorchErrorCodes.BadThreads,
                    $"Threads (ATTRIBUTION_THREADS) is `{asked}`.", "Give a whole number of at least 1, or leave it unset to have it measured.");
        return int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture, out var scheduled) && scheduled > 0
            ? new ThreadSetting(scheduled, passive)
            : null;
    }

    /// <summary>What is used before anything was measured: every core, waiting passively.</summary>
    public static ThreadSetting Default => new(Machine.Cores, PassiveWait: true);

    /// <summary>
    /// An <c>OPENBLAS_CORETYPE</c> of the environment that keeps OpenBLAS from the AVX-512 this machine has (half the speed of a
    /// matrix product, on a machine where it was measured); null if there is none.
    /// </summary>
    public static string? CappedCoreType =>
        Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE") is { } type && Machine.HasAvx512
        && CoreTypesWithoutAvx512.Contains(type, StringComparer.OrdinalIgnoreCase) ? type : null;

    /// <summary>Makes it this process's setting. Only what is loaded afterwards sees it: call it before libtorch is loaded.</summary>
    internal void Apply()
    {
        var threads = Threads.ToString(CultureInfo.InvariantCulture);
        NativeEnvironment.Set("OMP_NUM_THREADS", threads);
        NativeEnvironment.Set("OPENBLAS_NUM_THREADS", threads);
        NativeEnvironment.Set("MKL_NUM_THREADS", threads);
        if (PassiveWait)
            NativeEnvironment.Set("OMP_WAIT_POLICY", "passive");
        if (CappedCoreType is not null)
            NativeEnvironment.Unset("OPENBLAS_CORETYPE");
    }
}
