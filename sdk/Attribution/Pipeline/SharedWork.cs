using System.Globalization;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Tensors;

namespace Attribution.Pipeline;

/// <summary>Work of a stage that several processes may do at once.</summary>
/// <param name="Units">How many adapters, evaluations or blocks there are to compute; an estimate will do.</param>
/// <param name="Model">The model that each process loads.</param>
internal sealed record SharedWork(int Units, ModelConfig Model);

/// <summary>What is different for a process that helps with a stage: environment variables.</summary>
/// <param name="Threads">The threads of an operator on the CPU; null leaves it to the model's size.</param>
/// <param name="Gpu">The one GPU that it sees, as <c>CUDA_VISIBLE_DEVICES</c> names it; null leaves it what it sees.</param>
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

/// <summary>How many processes compute a stage: as many as <c>Workers</c> says, else <c>ATTRIBUTION_WORKERS</c>, else as many as pay.</summary>
internal static class Workers
{
    /// <summary>The environment variable that says how many there are where the project does not.</summary>
    public const string Variable = "ATTRIBUTION_WORKERS";

    /// <summary>The environment variable by which CUDA shows a process some GPUs and hides the others.</summary>
    public const string VisibleGpus = "CUDA_VISIBLE_DEVICES";

    /// <summary>
    /// The processes of a stage, this one first. By itself it is one for each visible GPU; on the CPU one for each core while the model is so small that it
    /// runs on one thread (<see cref="TorchThreads.LeastWeights"/>), and else a single one with all cores. Never more than there are units.
    /// </summary>
    /// <param name="work">What there is to do.</param>
    /// <param name="execution">What the project says.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.WorkersInvalid"/>: the variable is no positive number.</exception>
    public static IReadOnlyList<HelperEnvironment> Of(SharedWork work, ExecutionSettings? execution) =>
        Of(work, Asked(execution), OnGpu(execution?.Device) ? Gpus() : [], TorchThreads.Asked() is not null, Processor.Cores);

    /// <inheritdoc cref="Of(SharedWork, ExecutionSettings?)"/>
    /// <param name="work">What there is to do.</param>
    /// <param name="asked">How many a person asked for; null for as many as pay.</param>
    /// <param name="gpus">The GPUs that this process sees and may use, as <see cref="VisibleGpus"/> names them.</param>
    /// <param name="threadsAreSet">Whether a person or a scheduler has set the threads of an operator.</param>
    /// <param name="cores">The cores that this process may use.</param>
    internal static IReadOnlyList<HelperEnvironment> Of(SharedWork work, int? asked, IReadOnlyList<string> gpus, bool threadsAreSet, int cores)
    {
        var pays = gpus.Count > 0 ? gpus.Count : TorchThreads.For(work.Model) == 1 && !threadsAreSet ? cores : 1;
        var count = Math.Min(asked ?? pays, Math.Max(1, work.Units));
        if (gpus.Count > 0)
            return [.. Enumerable.Range(0, count).Select(i => new HelperEnvironment(null, count == 1 ? null : gpus[i % gpus.Count]))];
        // Together they use the cores once.
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

    // A device with a number is one GPU, which several processes would only share.
    private static bool OnGpu(string? device) => device is null or "cuda";

    // Without libtorch: a process that has loaded it has already chosen among them.
    private static IReadOnlyList<string> Gpus() => Environment.GetEnvironmentVariable(VisibleGpus) is { } visible
        ? visible.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : OperatingSystem.IsLinux() && Directory.Exists("/proc/driver/nvidia/gpus")
            ? [.. Enumerable.Range(0, Directory.GetDirectories("/proc/driver/nvidia/gpus").Length).Select(i => i.ToString(CultureInfo.InvariantCulture))]
            : [];
}
