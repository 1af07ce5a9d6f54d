using System.Globalization;
using Attribution.Diagnostics;
using TorchSharp;

namespace Attribution.Tensors;

/// <summary>The devices that a model can run on, by name: <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>.</summary>
public static class Devices
{
    /// <summary>Whether <paramref name="name"/> is the name of a device, existing or not.</summary>
    internal static bool IsName(string name) =>
        name is "cpu" or "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal)
            && ushort.TryParse(name[5..], NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>The device with this name; for null, the first GPU if there is one, else the CPU.</summary>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.DeviceMissing"/>: the name is not a device's, or libtorch sees no such device.</exception>
    public static torch.Device Of(string? name)
    {
        TorchLibrary.Load();
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        name ??= count > 0 ? "cuda" : "cpu";
        if (!IsName(name))
            throw new AttributionException(ErrorCodes.DeviceMissing, $"'{name}' is no device. Use cpu, cuda or cuda:N.") { Property = "device" };
        // For a device that does not exist, TorchSharp throws an exception of its own.
        if (name != "cpu" && (name.Length > 4 ? int.Parse(name[5..], CultureInfo.InvariantCulture) : 0) >= count)
            throw new AttributionException(ErrorCodes.DeviceMissing,
                $"libtorch sees {count} CUDA devices, so there is no {name}; `attribution doctor` says more.")
            { Property = "device" };
        return torch.device(name);
    }
}
