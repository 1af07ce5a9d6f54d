using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Attribution.Worker.Tests;

/// <summary>The command line as a person meets it: a process of its own, with an environment of its own.</summary>
internal static class CommandLine
{
    /// <summary>Tests have several processes at once already, and one that runs a stage inside of itself is no worker that could be started again.</summary>
    [ModuleInitializer]
    internal static void RunAlone() => Environment.SetEnvironmentVariable("ATTRIBUTION_WORKERS", "1");

    // A program of its own has its own name.
    private static readonly string Dotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    private static readonly string Worker = typeof(VerbRunner).Assembly.Location;

    /// <summary>Runs a verb and waits for it.</summary>
    /// <param name="environment">Variables to set; null removes one.</param>
    /// <param name="arguments">The verb and what follows it.</param>
    public static (int Code, string Output, string Error) Run(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        using var process = Process.Start(Start(environment, arguments))!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Runs a verb inside of this process, which is far quicker; the environment and the current folder are those of the tests.</summary>
    /// <param name="arguments">The verb and what follows it.</param>
    public static async Task<(int Code, string Output, string Error)> RunHereAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        return (await VerbRunner.RunAsync(AttributionCommand.Create(), arguments, output, error), output.ToString(), error.ToString());
    }

    /// <summary>How a verb is started.</summary>
    /// <inheritdoc cref="Run"/>
    public static ProcessStartInfo Start(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        // The test host's own process is dotnet; PATH may be part of the test.
        var start = new ProcessStartInfo(Dotnet, [Worker, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The package's libtorch knows no GPU.
        if (TestDevice.Name == "cpu")
            start.Environment.Remove("LIBTORCH");
        foreach (var name in new[] { "CXX", "ATTRIBUTION_THREADS", "OMP_NUM_THREADS", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "OPENAI_API_KEY" })
            start.Environment.Remove(name);
        // Of another test that runs meanwhile.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        return start;
    }
}
