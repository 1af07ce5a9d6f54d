using System.Runtime.InteropServices;

namespace Attribution.Tensors;

/// <summary>The environment as native libraries read it: .NET keeps a copy of its own, and what is set there reaches none of them.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable for native libraries, for .NET and for processes that are started from now on.</summary>
    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        SetNative(name, value);
    }

    /// <summary>Sets a variable for native libraries alone, unless it has a value.</summary>
    public static void Default(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is not { Length: > 0 })
            SetNative(name, value);
    }

    private static void SetNative(string name, string value)
    {
        if (OperatingSystem.IsWindows())
            _putenv_s(name, value);
        else
            setenv(name, value, overwrite: 1);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int _putenv_s(string name, string value);
}
