using System.Globalization;
using Attribution.Contracts;
using Attribution.Contracts.DataSelection;
using Attribution.Diagnostics;
using Attribution.Tensors;

namespace Attribution.Pipeline;

/// <summary>
/// The GPUs that this process sees. It is asked without libtorch, because a process that has loaded libtorch can no longer choose among them.
/// </summary>
internal static class VisibleDevices
{
    /// <summary>The environment variable by which CUDA shows a process some GPUs and hides the others.</summary>
    public const string Variable = "CUDA_VISIBLE_DEVICES";

    /// <summary>The visible GPUs, by the names that <see cref="Variable"/> uses.</summary>
    public static IReadOnlyList<string> All() => Environment.GetEnvironmentVariable(Variable) is { } shown
        ? Parse(shown)
        : OperatingSystem.IsLinux() && Directory.Exists("/proc/driver/nvidia/gpus")
            ? [.. Enumerable.Range(0, Directory.GetDirectories("/proc/driver/nvidia/gpus").Length).Select(i => i.ToString(CultureInfo.InvariantCulture))]
            : [];

    /// <summary>Reads a value of <see cref="Variable"/> as CUDA does: the GPUs up to the first entry that is not one (<c>-1</c> shows none).</summary>
    public static IReadOnlyList<string> Parse(string shown) => [.. shown.Split(',', StringSplitOptions.TrimEntries).TakeWhile(entry =>
        ushort.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out _) || entry.StartsWith("GPU-", StringComparison.Ordinal)
            || entry.StartsWith("MIG-", StringComparison.Ordinal))];

    /// <summary>The GPUs that <c>Devices</c> names, by the names that <see cref="Variable"/> uses; empty for <c>cpu</c>, null if it is not set.</summary>
    /// <param name="execution">The project's settings.</param>
    /// <param name="visible">The visible GPUs.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.WorkersInvalid"/>: <c>Devices</c> is invalid.
    /// <see cref="ErrorCodes.DeviceMissing"/>: there is no such GPU.</exception>
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

    /// <summary>The name of the model's device inside a worker, which sees only one of the GPUs that <c>Devices</c> names.</summary>
    public static string? NameOf(ExecutionSettings? execution) => execution?.Devices is not [var first, ..] ? execution?.Device
        : first == DeviceList.Cpu || All().Count != 1 ? first : "cuda";

    /// <summary>Hides all GPUs but one from this process. It must be called before libtorch looks for GPUs.</summary>
    public static void ShowOnly(string gpu) => NativeEnvironment.Set(Variable, gpu);

    /// <summary>The settings by which a stage's model runs; null if there are none or the stage has no model.</summary>
    public static ExecutionSettings? ExecutionOf(StageSettings settings) => settings switch
    {
        ModelSettings model => model.Execution,
        JudgeSettings judge => judge.Llm?.Execution,
        ImportDatasetsSettings import => import.Llm?.Execution,
        _ => null,
    };
}
