using System.Diagnostics;
using System.Reflection;

namespace Attribution.Sdk.Tests.Builds;

/// <summary>Runs <c>dotnet</c> as a person does.</summary>
internal static class DotNet
{
    public static (int Code, string Output) Run(string directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using var process = Start(directory, environment, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    public static Process Start(string directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        Start(Environment.ProcessPath!, directory, environment, arguments);

    /// <summary>
    /// As <see cref="Start(string, IReadOnlyDictionary{string, string}?, string[])"/>, and listens to SIGINT: a shell has its background processes, and all
    /// that they start, ignore it.
    /// </summary>
    public static Process StartInterruptible(string directory, params string[] arguments) =>
        Start("/usr/bin/env", directory, null, ["--default-signal=INT", Environment.ProcessPath!, .. arguments]);

    /// <summary>
    /// As <see cref="Start(string, IReadOnlyDictionary{string, string}?, string[])"/>, as the first of a process group that can be killed whole.
    /// </summary>
    public static Process StartGroup(string directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var process = Start("/usr/bin/setsid", directory, environment, [Environment.ProcessPath!, .. arguments]);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static Process Start(string program, string directory, IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        // The test host is itself started by a build, whose settings are not these builds'.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
            || n.StartsWith("ATTRIBUTION_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["UseSharedCompilation"] = "true";
        start.Environment["SharedCompilationId"] = CompilerServer.Name;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}

/// <summary>
/// The compiler that stays for all builds of these tests, so that not each starts one. The first build starts it; it is told to end when the tests have ended.
/// </summary>
internal static class CompilerServer
{
    static CompilerServer() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        var program = typeof(CompilerServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == nameof(CompilerServer)).Value!;
        using var shutdown = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [program, $"-pipename:{Name}", "-shutdown"]));
    };

    /// <summary>The name of its pipe.</summary>
    public static string Name { get; } = $"attribution-tests-{Environment.ProcessId}";

    /// <summary>The variables of a build that may be killed with all that it has started, or has a limited time: it starts compilers of its own.</summary>
    public static KeyValuePair<string, string> None => new("UseSharedCompilation", "false");
}
