using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Attribution.Torch.Provisioning;

/// <summary>The BLAS that does libtorch's CPU matrix products.</summary>
/// <param name="Name">Such as <c>OpenBLAS 0.3.21 (SkylakeX kernels)</c>.</param>
/// <param name="Path">Its file; null where it is part of libtorch.</param>
/// <param name="IsReference">Whether it is netlib's reference BLAS, many times slower than any other.</param>
public sealed partial record Blas(string Name, string? Path, bool IsReference)
{
    /// <summary>The line that replaces the reference BLAS on Debian and its relatives.</summary>
    public const string MendLine = "apt-get install libopenblas0-pthread";

    /// <summary>The BLAS mapped into this process, libtorch being loaded.</summary>
    /// <param name="configuration">What libtorch says of its build; names a BLAS that is compiled in.</param>
    internal static unsafe Blas OfThisProcess(string configuration)
    {
        var mapped = File.ReadLines("/proc/self/maps")
            .Select(line => line.IndexOf('/') is var start and >= 0 ? line[start..] : "").Where(path => path.Contains(".so"))
            .Distinct().ToList();
        if (Of(mapped) is not { } found)
            return new Blas(configuration.Contains("MKL", StringComparison.Ordinal) ? "MKL, inside libtorch" : "inside libtorch", null, IsReference: false);
        if (found.Path is not null && NativeLibrary.TryLoad(found.Path, out var library)
            && NativeLibrary.TryGetExport(library, "openblas_get_config", out var config) && NativeLibrary.TryGetExport(library, "openblas_get_corename", out var core))
        {
            var version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)config)()) ?? "";
            var kernels = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)core)());
            return found with { Name = $"{LeadingName().Match(version).Value} ({kernels} kernels)" };
        }
        return found;
    }

    /// <summary>The BLAS among a process's mapped libraries; null if none is among them.</summary>
    internal static Blas? Of(IReadOnlyList<string> libraries)
    {
        string? Find(string part) => libraries.FirstOrDefault(path => System.IO.Path.GetFileName(path).Contains(part, StringComparison.Ordinal));
        // Debian's alternatives all carry the name libblas.so, each in a folder of its own. That file is what libtorch calls;
        // an OpenBLAS beside it may be there for LAPACK alone.
        var folder = Find("libblas.so") is { } file ? System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(file)) : null;
        if (folder is "blas" or "lib" or "lib64" or "x86_64-linux-gnu" or "aarch64-linux-gnu")
            return new Blas("the reference BLAS (netlib)", Find("libblas.so"), IsReference: true);
        if (Find("libopenblas") is { } openBlas)
            return new Blas("OpenBLAS", openBlas, IsReference: false);
        if (Find("libmkl") is { } mkl)
            return new Blas("MKL", mkl, IsReference: false);
        if (Find("libblis") is { } blis)
            return new Blas("BLIS", blis, IsReference: false);
        return folder is null ? null : new Blas(folder, Find("libblas.so"), IsReference: false);
    }

    [GeneratedRegex(@"^OpenBLAS \S+")]
    private static partial Regex LeadingName();
}
