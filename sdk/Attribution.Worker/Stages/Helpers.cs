using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Attribution.Pipeline;

namespace Attribution.Worker.Stages;

/// <summary>
/// Processes of this program that help with a stage. They end on their own when nothing is free any more, and at once when this process ends or no longer needs
/// them. Work at which a helper fails is tried again here, so a helper's errors are only details.
/// </summary>
internal sealed class Helpers : IHelpers
{
    // What is told to stop waits for all of them, and is itself ended after StopDeadline.Seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15), PatienceOfStopped = TimeSpan.FromSeconds(StopDeadline.Seconds / 2.0);

    private readonly List<Process> _processes = [];
    private readonly HashSet<string> _warnings = [];
    private readonly Reporter _reporter;
    private readonly CancellationToken _stop;

    /// <summary>Starts the helpers.</summary>
    /// <param name="stage">The stage's name.</param>
    /// <param name="request">Its request file.</param>
    /// <param name="environments">The variables in which each helper's environment differs.</param>
    /// <param name="reporter">Receives their warnings.</param>
    /// <param name="stop">Requested when the stage is told to stop.</param>
    public Helpers(string stage, string request, IReadOnlyList<HelperEnvironment> environments, Reporter reporter, CancellationToken stop)
    {
        (_reporter, _stop) = (reporter, stop);
        reporter.Detail($"{stage} is computed by {environments.Count + 1} processes.");
        foreach (var environment in environments)
        {
            var (program, arguments) = ThisProgram.Command("run-stage", stage, "--request", request, "--helper", "--stop-with-stdin");
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var (name, value) in environment.Variables)
                start.Environment[name] = value;
            Process process;
            try
            {
                process = Process.Start(start)!;
            }
            catch (Win32Exception e)
            {
                Detail($"it does not start: {e.Message}");
                continue;
            }
            process.OutputDataReceived += (_, line) => Read(line.Data);
            process.ErrorDataReceived += (_, line) => Detail(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _processes.Add(process);
        }
    }

    /// <inheritdoc/>
    public int Count => _processes.Count;

    /// <inheritdoc/>
    public int Alive => _processes.Count(process => !process.HasExited);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var process in _processes)
            process.StandardInput.Close();
        var clock = Stopwatch.StartNew();
        foreach (var process in _processes)
        {
            var left = (_stop.IsCancellationRequested ? PatienceOfStopped : Patience) - clock.Elapsed;
            if (!process.WaitForExit(left > TimeSpan.Zero ? left : TimeSpan.Zero))
                process.Kill(entireProcessTree: true);
            // Only without a time limit does it also wait for the last lines of output.
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <summary>Handles a line that a helper wrote.</summary>
    internal void Read(string? line)
    {
        if (line is null)
            return;
        JsonElement said;
        try
        {
            said = JsonElement.Parse(line);
        }
        catch (JsonException)
        {
            // A line from a native library, or an incomplete one from a killed helper.
            Detail(line);
            return;
        }
        var text = said.GetProperty("text").GetString()!;
        switch (said.GetProperty("kind").GetString())
        {
            case "warning":
                lock (_warnings)
                    if (!_warnings.Add(text))
                        return;
                _reporter.Warning(said.GetProperty("code").GetString()!, text,
                    said.TryGetProperty("file", out var file) ? file.GetString() : null, said.TryGetProperty("row", out var row) ? row.GetInt64() : null);
                break;
            case "error" or "message":
                Detail(text);
                break;
        }
    }

    private void Detail(string? line)
    {
        if (line is { Length: > 0 })
            _reporter.Detail($"a helper: {line}");
    }
}
