using System.Security.Cryptography;
using System.Text;

namespace Attribution.Torch.Provisioning;

/// <summary>
/// Compiles the C++ shim once per libtorch and source, into <c>native/shim-KEY/libattribution_torch.so</c>. The compiler is no
/// part of the key, so that a machine without one can use what a machine with the same libtorch compiled.
/// </summary>
public sealed class ShimBuilder
{
    private const string FileName = "libattribution_torch.so";
    private readonly string _source;
    private readonly string _nativeFolder;
    private readonly CxxCompiler? _compiler;

    /// <summary>A builder of the shim that is embedded in this assembly.</summary>
    public ShimBuilder()
        : this(EmbeddedSource(), NativeFolder.Locate())
    {
    }

    /// <summary>A builder of any shim.</summary>
    /// <param name="source">The text of the one C++ file.</param>
    /// <param name="nativeFolder">Where the result is kept.</param>
    /// <param name="compiler">What compiles it; null means the environment's.</param>
    public ShimBuilder(string source, string nativeFolder, CxxCompiler? compiler = null)
    {
        _source = source;
        _nativeFolder = nativeFolder;
        _compiler = compiler;
    }

    /// <summary>Where the shim for a libtorch is, or will be.</summary>
    public string PathFor(LibTorch libTorch) => Path.Combine(_nativeFolder, $"shim-{Key(libTorch)}", FileName);

    /// <summary>The path of the shim for a libtorch, compiled now if it was not before.</summary>
    /// <exception cref="TorchProvisioningException">
    /// <see cref="TorchErrorCodes.CompilerMissing"/> or <see cref="TorchErrorCodes.ShimDoesNotCompile"/>.
    /// </exception>
    public string Ensure(LibTorch libTorch)
    {
        var shim = PathFor(libTorch);
        if (File.Exists(shim))
            return shim;
        var compiler = _compiler ?? CxxCompiler.Locate();
        try
        {
            using (FileLock.Take($"{Path.GetDirectoryName(shim)}.lock"))
                if (!File.Exists(shim))
                    Compile(compiler, libTorch, shim);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TorchProvisioningException(TorchErrorCodes.ShimDoesNotCompile,
                $"The shim cannot be kept in {_nativeFolder}: {e.Message}",
                "Name a store on a disk that can be written with ATTRIBUTION_STORE=FOLDER; the shim is kept beside it.", e);
        }
        return shim;
    }

    private void Compile(CxxCompiler compiler, LibTorch libTorch, string shim)
    {
        var folder = Path.GetDirectoryName(shim)!;
        Directory.CreateDirectory(folder);
        var source = Path.Combine(folder, "attribution_torch.cpp");
        File.WriteAllText(source, _source);
        var partial = $"{shim}.{Environment.ProcessId}.partial";

        // libtorch 1.13 needs C++17; headers of the newest releases may need C++20.
        ChildProcess compilation = default;
        foreach (var standard in new[] { "c++17", "c++20" })
        {
            compilation = compiler.Compile(Arguments(standard, libTorch, source, partial));
            if (compilation.Succeeded)
            {
                File.Move(partial, shim, overwrite: true);
                return;
            }
            if (compilation.Output.Contains("undefined reference", StringComparison.Ordinal)) // it compiled; it did not link
                break;
        }
        File.Delete(partial);
        throw new TorchProvisioningException(TorchErrorCodes.ShimDoesNotCompile,
            $"The shim does not compile against libtorch {libTorch.Version} of {libTorch.Root} with {compiler.Version}.",
            "Another libtorch can be named with -p:LibTorchPath=FOLDER or LIBTORCH=FOLDER, another compiler with CXX=PROGRAM; "
            + "the compiler's last lines follow.")
        { Output = compilation.LastLines(20) };
    }

    private static IEnumerable<string> Arguments(string standard, LibTorch libTorch, string source, string output) =>
    [
        "-O2", "-fPIC", "-shared", $"-std={standard}", "-fvisibility=hidden", "-w",
        $"-D_GLIBCXX_USE_CXX11_ABI={(libTorch.Cxx11Abi ? 1 : 0)}",
        .. libTorch.IncludeDirs.Select(folder => $"-I{folder}"),
        source, "-o", output,
        $"-L{libTorch.LibraryDir}", $"-Wl,-rpath,{libTorch.LibraryDir}",
        // Every symbol is looked up here and when loading: a library that does not fit is an error then, not a crash later.
        // The CUDA libraries register their operators when loaded, so they stay although no symbol of theirs is named.
        "-Wl,-z,defs", "-Wl,-z,now", "-Wl,--no-as-needed",
        .. libTorch.Libraries.Select(library => $"-l{library}"),
    ];

    private string Key(LibTorch libTorch)
    {
        var library = new FileInfo(libTorch.CpuLibrary);
        if (library.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            library = target;
        var identity = string.Join('\n', libTorch.LibraryDir, libTorch.Version, libTorch.Cxx11Abi, libTorch.IsCuda,
            library.Exists ? library.Length : 0, library.Exists ? library.LastWriteTimeUtc.Ticks : 0, _source);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..16];
    }

    private static string EmbeddedSource()
    {
        using var stream = typeof(ShimBuilder).Assembly.GetManifestResourceStream("attribution_torch.cpp")
            ?? throw new InvalidOperationException("the shim's source is not embedded in Attribution.Torch.dll");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
