using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Attribution.Torch.Provisioning;

/// <summary>
/// Finds the libtorch to use: the one named by <c>-p:LibTorchPath</c> or <c>LIBTORCH</c>; the PyTorch of the active
/// <c>python3</c>; the system's. A named one that cannot be used is an error; the others are passed over.
/// </summary>
public static partial class LibTorchLocator
{
    private static readonly Version Oldest = new(1, 13);

    /// <summary>The one line that installs what is missing on Debian and its relatives.</summary>
    public const string InstallLine = "apt-get update && apt-get install libtorch-dev libopenblas0-pthread g++";

    /// <summary>The libtorch to use.</summary>
    /// <param name="explicitPath">A folder to use and no other; null means the environment's <c>LIBTORCH</c>, if set.</param>
    /// <exception cref="TorchProvisioningException">
    /// <see cref="TorchErrorCodes.LibTorchUnusable"/> for a named folder; <see cref="TorchErrorCodes.LibTorchMissing"/> if there is none.
    /// </exception>
    public static LibTorch Locate(string? explicitPath = null) => Find(explicitPath) ?? throw new TorchProvisioningException(
        TorchErrorCodes.LibTorchMissing,
        "There is no libtorch here: LIBTORCH is not set, the active python3 has no PyTorch with headers, and the system has none under /usr.",
        $"Run `{InstallLine}` as root, or `pip install torch`, or name an unpacked libtorch with -p:LibTorchPath=FOLDER or LIBTORCH=FOLDER.");

    /// <summary>As <see cref="Locate"/>, but null where there is none.</summary>
    public static LibTorch? Find(string? explicitPath = null)
    {
        explicitPath ??= Environment.GetEnvironmentVariable("LIBTORCH");
        if (!string.IsNullOrEmpty(explicitPath))
            return Explicit(Path.GetFullPath(explicitPath));
        if (PythonPackage() is { } package && Read(package, LibTorchSource.Python, out _) is { } python)
            return python;
        return Read("/usr", LibTorchSource.System, out _) ?? Read("/usr/local", LibTorchSource.System, out _);
    }

    private static LibTorch Explicit(string path)
    {
        if (!Directory.Exists(path))
            throw Unusable($"LibTorchPath names {path}, which does not exist.");
        // What an unpacked archive, a virtual environment's site-packages and a PyTorch folder look like.
        string? problem = null;
        foreach (var root in new[] { path, Path.Combine(path, "libtorch"), Path.Combine(path, "torch") })
            if (Read(root, LibTorchSource.Explicit, out var why) is { } found)
                return found;
            else
                problem ??= why;
        throw Unusable($"LibTorchPath names {path}, {problem}.");
    }

    private static TorchProvisioningException Unusable(string problem) => new(TorchErrorCodes.LibTorchUnusable, problem,
        $"Name the folder that holds include/ and lib/libtorch.so of a libtorch {Oldest} or newer, or leave LibTorchPath and LIBTORCH unset.");

    private static LibTorch? Read(string root, LibTorchSource source, out string problem)
    {
        var library = new[] { "lib", "lib64", $"lib/{Triplet}" }
            .Select(folder => Path.Combine(root, folder, "libtorch.so")).FirstOrDefault(File.Exists);
        if (library is null)
        {
            problem = "which holds no lib/libtorch.so";
            return null;
        }
        var libraries = Path.GetDirectoryName(library)!;
        var core = Path.Combine(libraries, "libc10.so");
        if (!File.Exists(core))
        {
            problem = "whose libtorch.so has no libc10.so beside it";
            return null;
        }
        var include = Path.Combine(root, "include");
        if (!File.Exists(Path.Combine(include, "ATen", "core", "dispatch", "Dispatcher.h")))
        {
            problem = "which holds libtorch.so but not its headers (include/ATen)";
            return null;
        }
        if (VersionOf(root, include) is not var (name, number))
        {
            problem = "whose version cannot be read from include/torch or version.py";
            return null;
        }
        if (number < Oldest)
        {
            problem = $"which is libtorch {name}, older than {Oldest}";
            return null;
        }
        problem = "";
        return new LibTorch(source, root, name,
            [.. new[] { include, Path.Combine(include, "torch", "csrc", "api", "include") }.Where(Directory.Exists)],
            RealPath(libraries),
            [.. new[] { "torch", "torch_cpu", "c10", "torch_cuda", "c10_cuda" }.Where(one => File.Exists(Path.Combine(libraries, $"lib{one}.so")))],
            File.ReadAllBytes(core).AsSpan().IndexOf("NSt7__cxx11"u8) >= 0);
    }

    private static (string Name, Version Number)? VersionOf(string root, string include)
    {
        // The macros moved between releases; the wheels and archives also carry a name with the build's variant.
        var number = new[] { "torch/csrc/api/include/torch/version.h", "torch/headeronly/version.h" }
            .Select(file => Path.Combine(include, file)).Where(File.Exists)
            .Select(file => VersionMacros().Matches(File.ReadAllText(file)))
            .Where(parts => parts.Count == 3)
            .Select(parts => string.Join('.', parts.Select(part => part.Groups[1].Value)))
            .FirstOrDefault();
        string? name = null;
        if (File.Exists(Path.Combine(root, "version.py")))
            name = PythonVersion().Match(File.ReadAllText(Path.Combine(root, "version.py"))) is { Success: true } match ? match.Groups[1].Value : null;
        else if (File.Exists(Path.Combine(root, "build-version")))
            name = File.ReadAllText(Path.Combine(root, "build-version")).Trim();
        name ??= number;
        return name is not null && LeadingNumbers().Match(number ?? name) is { Success: true } digits ? (name, Version.Parse(digits.Value)) : null;
    }

    /// <summary>The folder of the active python3's torch package, found without importing it (an import takes seconds).</summary>
    private static string? PythonPackage()
    {
        // Without the current folder, where a `torch/` may lie that is no package.
        const string Ask = """
            import sys; sys.path = [p for p in sys.path if p]
            from importlib.util import find_spec; spec = find_spec('torch')
            print(spec.origin if spec and spec.origin else '')
            """;
        return ChildProcess.Find("python3") is { } python
            && ChildProcess.Run(python, ["-c", Ask]) is { Succeeded: true } answer
            && answer.Output.Split('\n').LastOrDefault(line => line.EndsWith("__init__.py", StringComparison.Ordinal)) is { } origin
                ? Path.GetDirectoryName(origin)
                : null;
    }

    private static string RealPath(string folder)
    {
        var resolved = "/";
        foreach (var part in Path.GetFullPath(folder).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            resolved = Path.Combine(resolved, part);
            resolved = new DirectoryInfo(resolved).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? resolved;
        }
        return resolved;
    }

    private static string Triplet => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    [GeneratedRegex(@"#define\s+TORCH_VERSION_(?:MAJOR|MINOR|PATCH)\s+(\d+)")]
    private static partial Regex VersionMacros();

    [GeneratedRegex("""__version__\s*=\s*['"]([^'"]+)['"]""")]
    private static partial Regex PythonVersion();

    [GeneratedRegex(@"^\d+\.\d+(\.\d+)?")]
    private static partial Regex LeadingNumbers();
}
