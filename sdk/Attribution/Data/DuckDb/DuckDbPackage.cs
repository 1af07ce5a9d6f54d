using System.Runtime.InteropServices;

namespace Attribution.Data.DuckDb;

/// <summary>
/// The npm package that carries <c>libduckdb.so</c> (with Parquet, JSON and ICU built in) for one architecture, pinned to
/// one version and its SHA-512.
/// </summary>
/// <param name="Name">The package's name on any npm registry.</param>
/// <param name="Version">The package's version; the part before <c>-r</c> is DuckDB's own.</param>
/// <param name="Sha512">SHA-512 of the package file in base64, as npm writes it.</param>
/// <param name="LibraryBytes">The library's size, which tells a whole copy from a damaged one.</param>
internal sealed record DuckDbPackage(string Name, string Version, string Sha512, long LibraryBytes)
{
    private static readonly DuckDbPackage _x64 = new(
        "@duckdb/node-bindings-linux-x64", "1.5.5-r.5",
        "kCyq6BXhn6QXfwF8yVdVKriSSHP+rfVWcJ56cG8qZzlOZpxyvT5WGm6jMshxg4ditLlOsHsIN/D47RYrcjXuHQ==", 70_529_912);

    private static readonly DuckDbPackage _arm64 = new(
        "@duckdb/node-bindings-linux-arm64", "1.5.5-r.5",
        "CafH2AIvXtpwDynG3KB/4uEOHRGlFoB7auCRMIwH3BKNIobsANV5LSpDJ3tfyRCFIsK6e8AT1eseWVnu2Dv3cw==", 62_963_152);

    /// <summary>DuckDB's own version.</summary>
    public string DuckDbVersion => Version[..Version.IndexOf('-')];

    /// <summary>This machine's package, or null where there is none: anything but Linux with glibc on x64 or arm64.</summary>
    public static DuckDbPackage? ForThisMachine =>
        !OperatingSystem.IsLinux() || RuntimeInformation.RuntimeIdentifier.Contains("musl") ? null
        : RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => _x64,
            Architecture.Arm64 => _arm64,
            _ => null,
        };
}
