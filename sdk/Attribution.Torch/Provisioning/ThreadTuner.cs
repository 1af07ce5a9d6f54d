using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Attribution.Torch.Provisioning;

/// <summary>Finds this machine's fastest thread setting by a short measurement, once, and keeps it beside the shim.</summary>
public static class ThreadTuner
{
    /// <summary>What was measured earlier for this machine and this shim, or null.</summary>
    public static ThreadSetting? Kept(string shim)
    {
        try
        {
            return File.Exists(PathFor(shim)) ? JsonSerializer.Deserialize<ThreadSetting>(File.ReadAllText(PathFor(shim))) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A store can be shared by machines that differ, so the machine is part of the name.
    private static string PathFor(string shim)
    {
        var machine = Encoding.UTF8.GetBytes($"{Machine.Processor}\n{Machine.Cores}");
        return Path.Combine(Path.GetDirectoryName(shim)!, $"threads-{Convert.ToHexStringLower(SHA256.HashData(machine))[..8]}.json");
    }
}
