using System.ComponentModel;
using System.Diagnostics;

namespace Attribution.Torch.Provisioning;

/// <summary>A program run to its end: its exit code and what it printed, both streams in the order they came.</summary>
internal readonly record struct ChildProcess(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>Runs a program, or returns null where it cannot be started.</summary>
    public static ChildProcess? Run(string program, IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null, Action<string>? line = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        configure?.Invoke(start);
        var output = new List<string>();
        using var process = new Process { StartInfo = start };
        void Take(object _, DataReceivedEventArgs e)
        {
            if (e.Data is null)
                return;
            lock (output)
                output.Add(e.Data);
            line?.Invoke(e.Data);
        }
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return new ChildProcess(process.ExitCode, string.Join('\n', output));
    }

    /// <summary>The full path of a program on <c>PATH</c>, or null.</summary>
    public static string? Find(string program)
    {
        if (program.Contains('/'))
            return File.Exists(program) ? Path.GetFullPath(program) : null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
    }

    public string LastLines(int count) => string.Join('\n', Output.Split('\n').TakeLast(count));
}
