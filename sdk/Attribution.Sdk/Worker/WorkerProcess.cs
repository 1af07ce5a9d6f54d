using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Attribution.Sdk.Worker;

/// <summary>A running worker. Its stdin stays open and empty; when it is closed, the worker knows that the build has ended.</summary>
internal sealed partial class WorkerProcess : IDisposable
{
    private const int Sigterm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Task _errors;

    private WorkerProcess(Process process, Action<string> error)
    {
        _process = process;
        _errors = Task.Run(() =>
        {
            while (process.StandardError.ReadLine() is { } line)
                error(line);
        });
    }

    /// <summary>Starts <paramref name="worker"/>: a program, or an assembly that <c>dotnet</c> runs.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The worker does not start.</exception>
    public static WorkerProcess Start(string worker, IEnumerable<string> arguments, string directory, IReadOnlyDictionary<string, string> environment,
        Action<string> error)
    {
        var isAssembly = worker.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        var start = new ProcessStartInfo(isAssembly ? dotnet : worker, isAssembly ? [worker, .. arguments] : arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new WorkerProcess(Process.Start(start)!, error);
    }

    /// <summary>The lines that it writes to stdout, until it ends.</summary>
    public IEnumerable<string> Lines()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
            yield return line;
    }

    /// <summary>Waits until it ends.</summary>
    /// <returns>The exit code.</returns>
    public int Wait()
    {
        _process.WaitForExit();
        _errors.Wait();
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop at the next safe point, and kills it if it does not.</summary>
    public void Stop()
    {
        try
        {
            if (OperatingSystem.IsWindows())
                _process.Kill(entireProcessTree: true);
            else
                _ = Kill(_process.Id, Sigterm);
            if (!_process.WaitForExit(Patience))
                _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has already ended.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
