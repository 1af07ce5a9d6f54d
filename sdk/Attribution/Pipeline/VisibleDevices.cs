using System.Globalization;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;
using Attribution.Tensors;

namespace Attribution.Pipeline;

/// <summary>The GPUs that this process sees, without libtorch: a process that has loaded it has already chosen among them.</summary>
internal static class VisibleDevices
{
    /// <summary>The environment variable by which CUDA shows a process some GPUs and hides the others.</summary>
    public const string Variable = "CUDA_VISIBLE_DEVICES";

    /// <summary>Their names as <see cref="Variable"/> has them.</summary>
    public static IReadOnlyList<string> All() => Environment.GetEnvironmentVariable(Variable) is { } shown
        ? Parse(shown)
        : OperatingSystem.IsLinux() && Directory.Exists("/proc/driver/nvidia/gpus")
            ? [.. Enumerable.Range(0, Directory.GetDirectories("/proc/driver/nvidia/gpus").Length).Select(i => i.ToString(CultureInfo.InvariantCulture))]
            : [];

    /// <summary>The GPUs of a value of <see cref="Variable"/>: those before the first entry that is none, as CUDA reads it (<c>-1</c> shows none).</summary>
    public static IReadOnlyList<string> Parse(string shown) => [.. shown.Split(',', StringSplitOptions.TrimEntries).TakeWhile(entry =>
        ushort.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out _) || entry.StartsWith("GPU-", StringComparison.Ordinal)
            || entry.StartsWith("MIG-", StringComparison.Ordinal))];

    /// <summary>The GPUs that <c>Devices</c> names, as <see cref="Variable"/> has them; none if it is <c>cpu</c>; null if it names none.</summary>
    /// <param name="execution">What the project says.</param>
    /// <param name="visible">What this process sees.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.WorkersInvalid"/>: it cannot be. <see cref="ErrorCodes.DeviceMissing"/>: there is no such
    /// GPU.</exception>
    public static IReadOnlyList<string>? Chosen(ExecutionSettings? execution, IReadOnlyList<string> visible)
    {
        if (execution?.Devices is not { } devices)
            return null;
        if (DeviceList.ProblemOf(execution) is { } problem)
            throw new AttributionException(ErrorCodes.WorkersInvalid, problem) { Property = nameof(execution.Devices) };
        return devices[0] == DeviceList.Cpu ? [] : [.. devices.Select(device => DeviceList.PlaceOf(device) is { } place && place < visible.Count
            ? visible[place]
            : throw new AttributionException(ErrorCodes.DeviceMissing, $"Devices names {device}, and "
                + (visible.Count == 0 ? "no GPU can be seen here" : $"{visible.Count} can be seen here, cuda:0 to cuda:{visible.Count - 1}")
                + $"{(Environment.GetEnvironmentVariable(Variable) is { } shown ? $" ({Variable}={ForeignText.Visible(shown)})" : "")}. Name others, or leave "
                + "Devices out for every visible GPU.")
            { Property = nameof(execution.Devices) })];
    }

    /// <summary>What the model's device is called in a worker, which sees one GPU of those that <c>Devices</c> names.</summary>
    public static string? NameOf(ExecutionSettings? execution) => execution?.Devices is not [var first, ..] ? execution?.Device
        : first == DeviceList.Cpu || All().Count != 1 ? first : "cuda";

    /// <summary>Leaves this process one GPU. To be called before libtorch looks for any.</summary>
    public static void ShowOnly(string gpu) => NativeEnvironment.Set(Variable, gpu);

    /// <summary>Where and how a stage's model runs; null if nothing is said, or if it has none.</summary>
    public static ExecutionSettings? ExecutionOf(StageSettings settings) => settings switch
    {
        ModelSettings model => model.Execution,
        JudgeSettings judge => judge.Llm?.Execution,
        ImportDatasetsSettings import => import.Llm?.Execution,
        _ => null,
    };
}
