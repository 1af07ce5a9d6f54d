using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Attribution.Diagnostics;

namespace Attribution.Data.DuckDb;

/// <summary>Fetches a <see cref="DuckDbPackage"/> with npm, from whatever registry this machine's npm is set to, checks and unpacks it.</summary>
internal static class DuckDbProvisioner
{
    public static string LibraryPath(DuckDbPackage package, ArtifactPaths paths) =>
        Path.Combine(paths.Native, $"duckdb-{package.DuckDbVersion}", "libduckdb.so");

    public static bool IsWhole(DuckDbPackage package, string library) =>
        new FileInfo(library) is { Exists: true } file && file.Length == package.LibraryBytes;

    /// <summary>Fetches the library unless it is there; two processes at once do it once.</summary>
    /// <returns>The library's path.</returns>
    public static string Fetch(DuckDbPackage package, ArtifactPaths paths, Action<string> progress)
    {
        var library = LibraryPath(package, paths);
        var home = Path.GetDirectoryName(library)!;
        Directory.CreateDirectory(paths.Native);
        using var exclusive = Lock(home + ".lock");
        if (IsWhole(package, library))
            return library;

        var scratch = Path.Combine(paths.Native, $".duckdb-{Guid.NewGuid():N}");
        Directory.CreateDirectory(scratch);
        try
        {
            var npm = FindProgram("npm") ?? InstallNpm(package, progress);
            progress($"fetching DuckDB {package.DuckDbVersion} ({package.Name}@{package.Version}) with npm");
            var (exit, output) = Run(npm, ["pack", $"{package.Name}@{package.Version}", "--loglevel=error", "--ignore-scripts"], scratch);
            var packed = Directory.GetFiles(scratch, "*.tgz");
            if (exit != 0 || packed.Length != 1)
                throw new AttributionException(ErrorCodes.DuckDbMissing,
                    $"npm could not fetch {package.Name}@{package.Version} ({LastLine(output)}). Check `npm ping` and the network, or set {DuckDbLibrary.PathVariable} to the path of a libduckdb.so.");

            var unpacked = Path.Combine(scratch, "unpacked");
            Directory.CreateDirectory(unpacked);
            Unpack(package, packed[0], unpacked);
            if (Directory.Exists(home))
                Directory.Delete(home, recursive: true);
            Directory.Move(unpacked, home);
            return library;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>Takes the library and its licence out of the package, after checking that it is the package we pinned.</summary>
    internal static void Unpack(DuckDbPackage package, string packed, string folder)
    {
        using (var stream = File.OpenRead(packed))
        {
            var hash = Convert.ToBase64String(SHA512.HashData(stream));
            if (hash != package.Sha512)
                throw new AttributionException(ErrorCodes.DuckDbMissing,
                    $"{package.Name}@{package.Version} as fetched is not the pinned package: SHA-512 is {hash}, expected {package.Sha512}. Run `npm cache clean --force` and try again; if it persists, the registry serves another file.");
        }
        using var tar = new TarReader(new GZipStream(File.OpenRead(packed), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
            if (entry.Name is "package/libduckdb.so" or "package/LICENSE")
                entry.ExtractToFile(Path.Combine(folder, Path.GetFileName(entry.Name)), overwrite: true);
    }

    /// <summary>Held by one process at a time; the system lets go of it when that process dies.</summary>
    private static FileStream Lock(string path)
    {
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                Thread.Sleep(100);
            }
        }
    }

    private static string InstallNpm(DuckDbPackage package, Action<string> progress)
    {
        const string line = "apt-get update && apt-get install -y --no-install-recommends npm";
        if (Environment.IsPrivilegedProcess && FindProgram("apt-get") is not null)
        {
            progress("installing npm with apt, to fetch DuckDB");
            var (exit, output) = Run("/bin/sh", ["-c", line], "/");
            return exit == 0 && FindProgram("npm") is { } npm
                ? npm
                : throw new AttributionException(ErrorCodes.DuckDbMissing, $"npm is needed to fetch {package.Name} and apt could not install it ({LastLine(output)}). Run: {line}");
        }
        throw new AttributionException(ErrorCodes.DuckDbMissing,
            $"npm is needed to fetch {package.Name}@{package.Version} and is not there. Run: sudo sh -c '{line}', or set {DuckDbLibrary.PathVariable} to the path of a libduckdb.so.");
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    private static (int Exit, string Output) Run(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    private static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "no output";
}
