using System.Runtime.InteropServices;
using Attribution.Diagnostics;

namespace Attribution.Data.DuckDb;

/// <summary>
/// Finds, fetches and loads DuckDB's shared library. Order: the explicit path (<c>-p:DuckDbPath</c>), the environment's
/// <c>DUCKDB_LIBRARY</c>, the copy that a published folder brings along, the system's <c>libduckdb.so</c>, the copy provisioned beside the artifact store.
/// </summary>
public static class DuckDbLibrary
{
    /// <summary>The environment variable that names the library's file or the folder it lies in.</summary>
    public const string PathVariable = "DUCKDB_LIBRARY";

    /// <summary>The oldest DuckDB that has the functions and settings we use.</summary>
    public static Version MinimumVersion { get; } = new(1, 4, 0);

    private const string FileName = "libduckdb.so";

    private static readonly Lock _loading = new();
    private static nint _loaded;

    /// <summary>The library that this process loaded, or null before the first use.</summary>
    public static DuckDbLocation? Loaded { get; private set; }

    /// <summary>Looks for the library; fetches and installs nothing.</summary>
    /// <param name="explicitPath">The library's file or its folder, as the user named it; null if not.</param>
    /// <param name="paths">Where provisioned libraries lie; <see cref="ArtifactPaths.Current"/> if null.</param>
    public static DuckDbLocation Locate(string? explicitPath = null, ArtifactPaths? paths = null)
    {
        if (explicitPath is { Length: > 0 })
            return Named(explicitPath, "DuckDbPath");
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
            return Named(named, PathVariable);

        if (Probe(Path.Combine(AppContext.BaseDirectory, FileName), "with the program") is { Found: true } brought)
            return brought;
        foreach (var folder in SystemFolders())
            if (Probe(Path.Combine(folder, FileName), "system") is { Found: true } system)
                return system;

        if (DuckDbPackage.ForThisMachine is not { } package)
            return DuckDbLocation.Missing($"There is no DuckDB for {RuntimeInformation.RuntimeIdentifier} to fetch (only Linux with glibc on x64 and arm64). Build or install {FileName} {MinimumVersion.ToString(2)} or newer and set {PathVariable} to its path.");
        var provisioned = DuckDbProvisioner.LibraryPath(package, paths ?? ArtifactPaths.Current());
        return DuckDbProvisioner.IsWhole(package, provisioned)
            ? new(provisioned, package.DuckDbVersion, "provisioned", null)
            : DuckDbLocation.Missing($"DuckDB is not on this machine yet. It is fetched on first use with npm; or set {PathVariable} to the path of a {FileName}.");
    }

    /// <summary>Locates the library and, where there is none, fetches the pinned package with npm, once per machine and store.</summary>
    /// <param name="explicitPath">As for <see cref="Locate"/>.</param>
    /// <param name="paths">As for <see cref="Locate"/>.</param>
    /// <param name="progress">Told in a line each what is fetched or installed.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.DuckDbMissing"/> with the line that mends it; <see cref="ErrorCodes.DuckDbUnusable"/> for a named library that does not load.</exception>
    public static DuckDbLocation Provision(string? explicitPath = null, ArtifactPaths? paths = null, Action<string>? progress = null)
    {
        paths ??= ArtifactPaths.Current();
        var location = Locate(explicitPath, paths);
        if (location.Found)
            return location;
        var isNamed = explicitPath is { Length: > 0 } || Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 };
        if (isNamed)
            throw new AttributionException(ErrorCodes.DuckDbUnusable, location.Reason!) { Property = explicitPath is { Length: > 0 } ? "DuckDbPath" : PathVariable };
        if (DuckDbPackage.ForThisMachine is not { } package)
            throw new AttributionException(ErrorCodes.DuckDbMissing, location.Reason!);
        return new(DuckDbProvisioner.Fetch(package, paths, progress ?? (_ => { })), package.DuckDbVersion, "provisioned", null);
    }

    /// <summary>Loads the library into the process, provisioning it if need be; later calls return the same handle.</summary>
    /// <exception cref="AttributionException">As for <see cref="Provision"/>.</exception>
    internal static nint Load()
    {
        lock (_loading)
        {
            if (_loaded != 0)
                return _loaded;
            var location = Provision();
            if (!NativeLibrary.TryLoad(location.Path!, out var handle))
                throw new AttributionException(ErrorCodes.DuckDbUnusable, $"{location.Path} does not load as a library of this machine. Delete it to have it fetched again, or set {PathVariable} to another.") { File = location.Path };
            Loaded = location;
            return _loaded = handle;
        }
    }

    private static DuckDbLocation Named(string path, string source)
    {
        var file = Path.GetFullPath(Directory.Exists(path) ? Path.Combine(path, FileName) : path);
        return File.Exists(file)
            ? Probe(file, source)
            : DuckDbLocation.Missing($"{source} names '{path}', where there is no {FileName}. Correct it, or leave it out to have DuckDB found or fetched.");
    }

    /// <summary>Asks the library for its version.</summary>
    private static unsafe DuckDbLocation Probe(string file, string source)
    {
        if (!File.Exists(file))
            return DuckDbLocation.Missing($"{file} does not exist.");
        if (!NativeLibrary.TryLoad(file, out var handle))
            return DuckDbLocation.Missing($"{file} ({source}) does not load: it is damaged or made for another machine. Name another with {PathVariable}, or leave it out to have DuckDB fetched.");
        // It is never unloaded: DuckDB's allocator leaves destructors with every thread that touched it.
        if (!NativeLibrary.TryGetExport(handle, "duckdb_library_version", out var function))
            return DuckDbLocation.Missing($"{file} ({source}) is not DuckDB: it has no duckdb_library_version.");
        var text = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)function)())!.TrimStart('v');
        var version = Version.TryParse(text.Split('-')[0], out var parsed) ? parsed : new(0, 0);
        return version >= MinimumVersion
            ? new(file, text, source, null)
            : DuckDbLocation.Missing($"{file} ({source}) is DuckDB {text}; {MinimumVersion.ToString(2)} or newer is needed.");
    }

    private static IEnumerable<string> SystemFolders()
    {
        var multiarch = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        var search = Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return [.. search, "/usr/local/lib", $"/usr/lib/{multiarch}", "/usr/lib64", "/usr/lib"];
    }
}
