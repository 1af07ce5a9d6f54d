using System.Globalization;

namespace Attribution.Contracts;

/// <summary>The property <c>Devices</c>: which GPUs the workers of a stage take.</summary>
internal static class DeviceList
{
    /// <summary>The list that is no GPU.</summary>
    public const string Cpu = "cpu";

    private const string Cuda = "cuda:";

    /// <summary>The place of a GPU among the visible ones; null if that is no GPU's name with a number.</summary>
    public static int? PlaceOf(string device) => device.StartsWith(Cuda, StringComparison.Ordinal)
        && ushort.TryParse(device[Cuda.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : null;

    /// <summary>What is wrong with the devices of a project, and what to do; null if nothing is.</summary>
    public static string? ProblemOf(ExecutionSettings? execution)
    {
        if (execution?.Devices is not { } devices)
            return null;
        var written = $"Devices is '{string.Join(';', devices)}'";
        if (devices.Length == 0)
            return "Devices names no device. Write <Devices>cuda:0;cuda:1</Devices>, or leave it out for every visible GPU.";
        if (devices.FirstOrDefault(device => device != Cpu && PlaceOf(device) is null) is { } bad)
            return $"{written}, and '{bad}' is no device of a worker. Write each GPU with its number, as cuda:0;cuda:1, or cpu alone; leave it out for every "
                + "visible GPU.";
        // cuda:01 is cuda:1.
        if (devices.GroupBy(PlaceOf).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return $"{written}, with {twice.First()} more than once. Name each device once: two workers on one GPU share its memory and are no faster. "
                + "Workers without Devices puts several on each.";
        if (devices.Length > 1 && devices.Contains(Cpu))
            return $"{written}, with a CPU beside GPUs. They round differently, so a row's bytes would depend on who computes it. Name GPUs "
                + "alone, or cpu alone.";
        if (execution.Device is { } device)
            return $"Device is '{device}' and {written}. Set one of them.";
        if (execution.Workers is { } workers && workers != devices.Length && devices[0] != Cpu)
            return $"Workers is {workers} and {written}: a worker runs on each device, which makes {devices.Length}. Leave Workers out, or "
                + "name as many devices.";
        return null;
    }
}
