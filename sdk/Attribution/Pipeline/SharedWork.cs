using System.Globalization;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Tensors;

namespace Attribution.Pipeline;

/// <summary>Work of a stage that several processes may do at once.</summary>
/// <param name="Units">The number of adapters, evaluations or blocks to compute; an estimate is enough.</param>
/// <param name="Model">The model that each process loads.</param>
internal sealed record SharedWork(int Units, ModelConfig Model);

/// <summary>The environment variables in which a helper process of a stage differs.</summary>
/// <param name="Threads">The number of CPU threads that one operator uses; null to decide by the model's size.</param>
/// <param name="Gpu">The one GPU that the helper sees, as <c>CUDA_VISIBLE_DEVICES</c> names it; null to leave the visible GPUs unchanged.</param>
internal sealed record HelperEnvironment(int? Threads, string? Gpu)
{
    /// <summary>The variables and their values.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables
    {
        get
        {
            if (Threads is { } threads)
                yield return new(TorchThreads.Variable, threads.ToString(CultureInfo.InvariantCulture));
            if (Gpu is not null)
                yield return new(Workers.VisibleGpus, Gpu);
        }
    }
}

/// <summary>Decides how many processes compute a stage: <c>Workers</c> if set, else <c>ATTRIBUTION_WORKERS</c>, else as many as pay off.</summary>
internal static class Workers
{
    /// <summary>The environment variable with the number of processes, for projects that set none.</summary>
    public const string Variable = "ATTRIBUTION_WORKERS";

    /// <summary>The environment variable that selects the GPUs that CUDA shows to a process.</summary>
    public const string VisibleGpus = "CUDA_VISIBLE_DEVICES";

    /// <summary>
    /// The processes of a stage, this one first. The default is one for each visible GPU; on the CPU, one for each core if the model is small enough to run on
    /// one thread (<see cref="TorchThreads.LeastWeights"/>), else a single one with all cores. Never more than there are units.
    /// </summary>
    /// <param name="work">The work to share.</param>
    /// <param name="execution">The project's settings.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.WorkersInvalid"/>: the variable is not a positive number.</exception>
    public static IReadOnlyList<HelperEnvironment> Of(SharedWork work, ExecutionSettings? execution) =>
        Of(work, Asked(execution), OnGpu(execution?.Device) ? Gpus() : [], TorchThreads.Asked() is not null, Processor.Cores);

    /// <inheritdoc cref="Of(SharedWork, ExecutionSettings?)"/>
    /// <param name="work">The work to share.</param>
    /// <param name="asked">The requested number of processes; null for as many as pay off.</param>
    /// <param name="gpus">The GPUs that this process sees and may use, as <see cref="VisibleGpus"/> names them.</param>
    /// <param name="threadsAreSet">Whether a person or a scheduler has set the number of threads per operator.</param>
    /// <param name="cores">The number of cores that this process may use.</param>
    internal static IReadOnlyList<HelperEnvironment> Of(SharedWork work, int? asked, IReadOnlyList<string> gpus, bool threadsAreSet, int cores)
    {
        var pays = gpus.Count > 0 ? gpus.Count : TorchThreads.For(work.Model) == 1 && !threadsAreSet ? cores : 1;
        var count = Math.Min(asked ?? pays, Math.Max(1, work.Units));
        if (gpus.Count > 0)
            return [.. Enumerable.Range(0, count).Select(i => new HelperEnvironment(null, count == 1 ? null : gpus[i % gpus.Count]))];
        // The processes share the cores.
        int? threads = count == 1 || threadsAreSet || TorchThreads.For(work.Model) == 1 ? null : Math.Max(1, cores / count);
        return [.. Enumerable.Repeat(new HelperEnvironment(threads, null), count)];
    }

    /// <summary>How many a person asked for, if anybody did.</summary>
    /// <inheritdoc cref="Of(SharedWork, ExecutionSettings?)" path="/exception"/>
    public static int? Asked(ExecutionSettings? execution) => execution?.Workers ?? Asked();

    private static int? Asked() => Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } asked ? null
        : int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
        : throw new AttributionException(ErrorCodes.WorkersInvalid,
            $"{Variable} is `{asked}`. Give a whole number of at least 1, or leave it unset to have it chosen by the model's size and the devices.")
        { Property = "Workers" };

    // A numbered device is a single GPU; several processes would have to share it.
    private static bool OnGpu(string? device) => device is null or "cuda";

    // This does not use libtorch: a process that has loaded it has already fixed its GPUs.
    private static IReadOnlyList<string> Gpus() => Environment.GetEnvironmentVariable(VisibleGpus) is { } visible
        ? visible.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : OperatingSystem.IsLinux() && Directory.Exists("/proc/driver/nvidia/gpus")
            ? [.. Enumerable.Range(0, Directory.GetDirectories("/proc/driver/nvidia/gpus").Length).Select(i => i.ToString(CultureInfo.InvariantCulture))]
            : [];
}
