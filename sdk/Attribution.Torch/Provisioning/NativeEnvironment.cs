using System.Runtime.InteropServices;

namespace Attribution.Torch.Provisioning;

/// <summary>
/// The environment as native libraries see it. .NET keeps its own copy, so <see cref="Environment.SetEnvironmentVariable(string, string?)"/>
/// does not reach what libgomp and OpenBLAS read while they are being loaded. This does, and leaves .NET's copy, which child
/// processes inherit, as it was.
/// </summary>
internal static partial class NativeEnvironment
{
    public static void Set(string name, string value)
    {
        if (setenv(name, value, overwrite: 1) != 0)
            throw new InvalidOperationException($"setenv({name}) failed with errno {Marshal.GetLastPInvokeError()}");
    }

    public static void Unset(string name)
    {
        if (unsetenv(name) != 0)
            throw new InvalidOperationException($"unsetenv({name}) failed with errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unsetenv(string name);
}
