using System.Diagnostics;

namespace Attribution.Worker.Tests.Stages;

/// <summary>A stage in a process of its own, as a build starts it.</summary>
internal sealed class StageProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public StageProcess(TestExperiment experiment, string stage, Dictionary<string, string?> environment, string[] more)
    {
        var start = Tests.CommandLine.Start(environment, ["run-stage", stage, "--request", experiment.RequestFile(stage), .. more]);
        (start.RedirectStandardInput, start.WorkingDirectory) = (true, experiment.Folder);
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>What a list of processes shows of it; empty once it has ended.</summary>
    public string CommandLine => File.Exists($"/proc/{Id}/cmdline") ? File.ReadAllText($"/proc/{Id}/cmdline").Replace('\0', ' ') : "";

    public bool HasExited => _process.HasExited;

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Asks it to stop.</summary>
    public void Terminate() => Process.Start("sh", ["-c", $"kill -TERM {_process.Id}"]).WaitForExit();

    public void CloseInput() => _process.StandardInput.Close();

    public (int Code, string Output) Finish()
    {
        _process.WaitForExit();
        return (_process.ExitCode, _output.Result + _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
