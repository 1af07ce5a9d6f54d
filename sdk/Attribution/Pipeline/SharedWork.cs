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
                yield return new(VisibleDevices.Variable, Gpu);
        }
    }
}

/// <summary>Decides how many processes compute a stage: <c>Workers</c> if set, else <c>ATTRIBUTION_WORKERS</c>, else as many as pay off.</summary>
internal static class Workers
{
    /// <summary>The environment variable with the number of processes, for projects that set none.</summary>
    public const string Variable = "ATTRIBUTION_WORKERS";

    /// <summary>
    /// The processes of a stage, this one first. It is one on each GPU that <c>Devices</c> names, else on each visible one; on the CPU one for each core while
    /// the model is so small that it runs on one thread (<see cref="TorchThreads.LeastWeights"/>), and else a single one with all cores. Never more than there
    /// are units.
    /// </summary>
    /// <param name="work">What there is to do.</param>
    /// <param name="execution">What the project says.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.WorkersInvalid"/>: the variable is no positive number, or the project's devices cannot be.
    /// <see cref="ErrorCodes.DeviceMissing"/>: there is no such GPU.</exception>
    public static IReadOnlyList<HelperEnvironment> Of(SharedWork work, ExecutionSettings? execution) =>
        Of(work, execution, execution?.Devices is null ? execution?.Workers ?? Asked() : null, VisibleDevices.All(), TorchThreads.Asked() is not null,
            Processor.Cores);

    /// <inheritdoc cref="Of(SharedWork, ExecutionSettings?)"/>
    /// <param name="work">What there is to do.</param>
    /// <param name="execution">What the project says.</param>
    /// <param name="asked">How many a person asked for; null for as many as pay.</param>
    /// <param name="visible">The GPUs that this process sees.</param>
    /// <param name="threadsAreSet">Whether a person or a scheduler has set the threads of an operator.</param>
    /// <param name="cores">The cores that this process may use.</param>
    internal static IReadOnlyList<HelperEnvironment> Of(SharedWork work, ExecutionSettings? execution, int? asked, IReadOnlyList<string> visible,
        bool threadsAreSet, int cores) => VisibleDevices.Chosen(execution, visible) is { Count: > 0 } chosen
            ? [.. chosen.Take(Math.Max(1, work.Units)).Select(gpu => new HelperEnvironment(null, gpu))]
            : Of(work, asked, execution?.Devices is null && OnGpu(execution?.Device) ? visible : [], threadsAreSet, cores);

    /// <inheritdoc cref="Of(SharedWork, ExecutionSettings?)"/>
    /// <param name="work">What there is to do.</param>
    /// <param name="asked">How many a person asked for; null for as many as pay.</param>
    /// <param name="gpus">The GPUs that this process sees and may use, as <see cref="VisibleDevices.Variable"/> names them.</param>
    /// <param name="threadsAreSet">Whether a person or a scheduler has set the threads of an operator.</param>
    /// <param name="cores">The cores that this process may use.</param>
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
    public static int? Asked(ExecutionSettings? execution) => execution?.Workers ?? Asked();

    private static int? Asked() => Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } asked ? null
        : int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
        : throw new AttributionException(ErrorCodes.WorkersInvalid,
            $"{Variable} is `{asked}`. Give a whole number of at least 1, or leave it unset to have it chosen by the model's size and the devices.")
        { Property = "Workers" };

    // A numbered device is a single GPU; several processes would have to share it.
    private static bool OnGpu(string? device) => device is null or "cuda";
}
