using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Attribution.Diagnostics;

namespace Attribution.Tensors;

/// <summary>
/// The native libraries behind TorchSharp: libtorch and LibTorchSharp, each loaded from its location (<see cref="TorchFiles"/>), so that no project needs a
/// copy of them. They are loaded when TorchSharp is first used; a program that needs no tensors never loads them.
/// </summary>
public static unsafe class TorchLibrary
{
    // In dependency order. The CUDA parts exist only in a libtorch for CUDA.
    private static readonly string[] s_parts = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];
    private static readonly Lock s_lock = new();
    private static TorchLibraryInfo? s_loaded;
    private static AttributionException? s_failure;
    private static nint s_torchSharp;

    /// <summary>The loaded libraries; null before loading.</summary>
    public static TorchLibraryInfo? Loaded => s_loaded;

    /// <summary>The version of the TorchSharp package.</summary>
    internal const string PackageVersion = TorchFiles.TorchSharpVersion;

    /// <summary>The warning for a loaded libtorch of a version that was not tested.</summary>
    internal static string VersionWarning(TorchLibraryInfo info) =>
        $"The libtorch in {info.Folder} is {info.Version?.ToString() ?? "older than 2.9"}; TorchSharp {PackageVersion} is known to work with "
            + $"{TorchFiles.TestedVersions}"
        + " and may fail with another. Unset LIBTORCH and LibTorchPath to use the package's.";

    /// <summary>Loads the libraries, unless they are loaded already.</summary>
    /// <exception cref="AttributionException">
    /// <see cref="ErrorCodes.LibTorchMissing"/>, <see cref="ErrorCodes.LibTorchUnusable"/>, <see cref="ErrorCodes.LibTorchDoesNotLoad"/> or
    /// <see cref="ErrorCodes.ThreadsInvalid"/>.
    /// </exception>
    public static TorchLibraryInfo Load()
    {
        if (Volatile.Read(ref s_loaded) is { } known)
            return known;
        lock (s_lock)
        {
            if (s_loaded is not null)
                return s_loaded;
            if (s_failure is not null)
                throw s_failure;
            try
            {
                return s_loaded = LoadOnce();
            }
            catch (AttributionException e)
            {
                s_failure = e;
                throw;
            }
        }
    }

#pragma warning disable CA2255 // in place before TorchSharp's first call, whichever that is
    [ModuleInitializer]
    internal static void Watch()
    {
        // TorchSharp looks for its libraries by name, which might find the system's libtorch of another version. So the right ones are loaded before it looks.
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => LoadFor(loaded.LoadedAssembly);
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => Resolve(name);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            LoadFor(assembly);
    }
#pragma warning restore CA2255

    private static void LoadFor(Assembly assembly)
    {
        if (assembly.GetName().Name != "TorchSharp")
            return;
        try
        {
            Load();
        }
        catch (AttributionException)
        {
            // The next use of a tensor throws it again; no exception may leave an event handler of the assembly loader.
        }
    }

    private static nint Resolve(string name)
    {
        if (name != "LibTorchSharp")
            return 0;
        Load();
        return s_torchSharp;
    }

    private static TorchLibraryInfo LoadOnce()
    {
        var files = TorchFiles.Find();
        TorchThreads.Prepare();
        nint torchCpu = 0;
        foreach (var part in s_parts)
        {
            var path = Path.Combine(files.LibTorch, TorchFiles.NameOf(part));
            if (!File.Exists(path))
                continue;
            try
            {
                var handle = NativeLibrary.Load(path);
                if (part == "torch_cpu")
                    torchCpu = handle;
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                throw DoesNotLoad(path, e.Message);
            }
        }
        var version = VersionOf(torchCpu);
        s_torchSharp = LoadTorchSharp(files.TorchSharp, version, out var isPatched);
        // Its own search by name finds the libraries that are already loaded.
        TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
        TorchThreads.Apply(TorchThreads.Asked() ?? Processor.Cores);
        return new TorchLibraryInfo(files.LibTorch, files.Origin, version, isPatched,
            File.Exists(Path.Combine(files.LibTorch, TorchFiles.NameOf("torch_cuda"))));
    }

    internal static nint LoadTorchSharp(string path, Version? version, out bool isPatched)
    {
        isPatched = false;
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e) when (OperatingSystem.IsLinux() && e.Message.Contains(OldStandardLibrary.Version, StringComparison.Ordinal))
        {
            isPatched = true;
            try
            {
                return OldStandardLibrary.Load(path);
            }
            catch (DllNotFoundException again)
            {
                throw DoesNotLoad(path, again.Message, version, hasLibTorch: true);
            }
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw DoesNotLoad(path, e.Message, version, hasLibTorch: true);
        }
    }

    /// <summary>The version that libtorch reports; null for one older than 2.9, which reports none.</summary>
    private static Version? VersionOf(nint torchCpu)
    {
        if (torchCpu == 0 || !NativeLibrary.TryGetExport(torchCpu, "aoti_torch_abi_version", out var function))
            return null;
        var number = ((delegate* unmanaged<ulong>)function)();
        return new Version((int)(number >> 56), (int)(number >> 48 & 0xFF), (int)(number >> 40 & 0xFF));
    }

    private static AttributionException DoesNotLoad(string path, string why, Version? version = null, bool hasLibTorch = false)
    {
        var other = TorchFiles.IsTested(version) || version is null && !hasLibTorch ? ""
            : $" The libtorch is {version?.ToString() ?? "older than 2.9"}; TorchSharp {TorchFiles.TorchSharpVersion} is known to work with "
                + $"{TorchFiles.TestedVersions}.";
        // The system's loader names the file first and then what is missing; .NET's message lists several attempts.
        var reason = why.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(line => line.StartsWith('/') || line.Contains(": ", StringComparison.Ordinal)) ?? why;
        return new AttributionException(ErrorCodes.LibTorchDoesNotLoad,
            $"{path} does not load: {reason.TrimEnd('.')}.{other} Install what is named there, or use another libtorch (LibTorchPath or LIBTORCH); "
                + "`attribution doctor` shows which is used.");
    }
}

/// <summary>The libtorch of this process.</summary>
/// <param name="Folder">The folder of its libraries.</param>
/// <param name="Origin">The reason why this one was chosen.</param>
/// <param name="Version">Its version, for example 2.10.0; null if it does not report one.</param>
/// <param name="WithOldStandardLibrary">Whether TorchSharp's library was loaded with the help of <see cref="OldStandardLibrary"/>.</param>
/// <param name="HasCuda">Whether it supports CUDA.</param>
public sealed record TorchLibraryInfo(string Folder, string Origin, Version? Version, bool WithOldStandardLibrary, bool HasCuda)
{
    /// <summary>Whether TorchSharp was tested with this version.</summary>
    public bool Fits => TorchFiles.IsTested(Version);
}
