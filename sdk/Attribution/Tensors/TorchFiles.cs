using System.Runtime.InteropServices;
using Attribution.Diagnostics;

namespace Attribution.Tensors;

/// <summary>
/// The locations of the native libraries. libtorch: the folder that <c>LIBTORCH</c> names; else beside the program; else the package <c>libtorch-cpu-RID</c>
/// where NuGet unpacked it. LibTorchSharp: beside the program or where NuGet unpacked it.
/// </summary>
/// <param name="LibTorch">The folder with libtorch's libraries.</param>
/// <param name="TorchSharp">The path of LibTorchSharp.</param>
/// <param name="Origin">The reason for the choice of the former, for display.</param>
internal sealed record TorchFiles(string LibTorch, string TorchSharp, string Origin)
{
    /// <summary>The environment variable with the folder of a libtorch.</summary>
    public const string Variable = "LIBTORCH";

    /// <summary>The TorchSharp package that the library is compiled against.</summary>
    public const string TorchSharpVersion = "0.107.0";

    /// <summary>The version of libtorch that this package is made for, which is that of NuGet's packages.</summary>
    public static readonly Version Fits = new(2, 10, 0);

    /// <summary>The versions that the tests of models pass with, for display.</summary>
    public const string TestedVersions = "2.10 or 2.11";

    /// <summary>
    /// Whether the tests of models pass with this version: with 2.10, and with 2.11 (PyTorch for CUDA 13.0), which has all functions that TorchSharp's library
    /// calls.
    /// </summary>
    public static bool IsTested(Version? version) => version is { Major: 2, Minor: 10 or 11 };

    /// <summary>The name of the platform in packages, for example <c>linux-x64</c>.</summary>
    public static string Platform =>
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + $"-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>A library's file name on this system.</summary>
    public static string NameOf(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    /// <exception cref="AttributionException"><see cref="ErrorCodes.LibTorchMissing"/> or <see cref="ErrorCodes.LibTorchUnusable"/>.</exception>
    public static TorchFiles Find() => Find(Environment.GetEnvironmentVariable(Variable), [.. BesideTheProgram()], [.. PackageFolders()]);

    internal static TorchFiles Find(string? named, string[] beside, string[] packages)
    {
        var (torch, origin) = named is { Length: > 0 } ? (Named(named), $"named by {Variable}")
            : First(beside, "torch_cpu") is { } near ? (near, "beside the program")
            : First(packages.Select(p => Native(p, $"libtorch-cpu-{Platform}", $"{Fits.Major}.{Fits.Minor}.{Fits.Build}")), "torch_cpu") is { } unpacked
                ? (unpacked, "of the NuGet package")
            : throw new AttributionException(ErrorCodes.LibTorchMissing, Missing(packages));
        var sharp = First(beside.Concat(packages.Select(p => Native(p, "torchsharp", TorchSharpVersion))), "LibTorchSharp")
            ?? throw new AttributionException(ErrorCodes.LibTorchMissing,
                $"{NameOf("LibTorchSharp")} is neither beside the program nor among NuGet's packages. Restore again the project that runs: it comes with "
                    + $"the package TorchSharp {TorchSharpVersion}"
                + $" for {Platform}.");
        return new TorchFiles(torch, Path.Combine(sharp, NameOf("LibTorchSharp")), origin);
    }

    /// <summary>The folder of libraries in a folder that a person named: a libtorch or a PyTorch, or its <c>lib</c>.</summary>
    private static string Named(string folder) =>
        First([Path.Combine(folder, "lib"), folder], "torch_cpu") ?? throw new AttributionException(ErrorCodes.LibTorchUnusable,
            $"LibTorchPath (LIBTORCH) names {folder}, and there is no {NameOf("torch_cpu")} in it or in its lib. Name the folder of a libtorch or PyTorch "
                + $"{TestedVersions}, "
            + "or leave both unset to use the package's.")
        { File = folder };

    private static string Missing(string[] packages)
    {
        var package = $"libtorch-cpu-{Platform}";
        return Platform is "linux-x64" or "win-x64" or "win-arm64" or "osx-arm64"
            ? $"There is no libtorch: {package} {Fits.Major}.{Fits.Minor}.{Fits.Build} is not among NuGet's packages in {string.Join(" or ", packages)}. "
                + $"Restore the project again, reference {package} in it, or name the libtorch of this machine: export {Variable}=FOLDER"
            : $"There is no libtorch package for {Platform}. Name a libtorch or PyTorch {TestedVersions} of this machine: export {Variable}=FOLDER";
    }

    private static string? First(IEnumerable<string> folders, string library) =>
        folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, NameOf(library))));

    private static string Native(string packages, string package, string version) => Path.Combine(packages, package, version, "runtimes", Platform, "native");

    private static IEnumerable<string> BesideTheProgram() =>
        Listed("NATIVE_DLL_SEARCH_DIRECTORIES").Concat([AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", Platform, "native")]);

    // The build's runtimeconfig.dev.json, NuGet's own variable, NuGet's default.
    private static IEnumerable<string> PackageFolders() =>
        Listed("PROBING_DIRECTORIES").Concat([
            .. Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } moved ? [moved] : Array.Empty<string>(),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages")])
        .Select(folder => folder.TrimEnd('/', '\\')).Distinct();

    private static string[] Listed(string property) => ((string?)AppContext.GetData(property))?.Split(Path.PathSeparator,
        StringSplitOptions.RemoveEmptyEntries) ?? [];
}
