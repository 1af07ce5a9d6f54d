using System.Diagnostics;

namespace Attribution.Worker.Tests.Stages;

/// <summary>A stage in a process of its own, as a build starts it.</summary>
internal sealed class StageProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public StageProcess(TestExperiment experiment, string stage, Dictionary<string, string?> environment, string[] more)
        : this(experiment.RequestFile(stage), experiment.Folder, stage, environment, more)
    {
    }

    /// <param name="request">The request's file.</param>
    /// <param name="folder">The folder that it works in.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="environment">Variables to set; null removes one.</param>
    /// <param name="more">Options of <c>run-stage</c>.</param>
    /// <param name="wrapper">A program that runs the worker, with its own arguments, such as <c>faketime -1h</c>.</param>
    public StageProcess(string request, string folder, string stage, Dictionary<string, string?> environment, string[] more, params string[] wrapper)
    {
        var start = Tests.CommandLine.Start(environment, ["run-stage", stage, "--request", request, .. more]);
        if (wrapper.Length > 0)
        {
            string[] arguments = [.. wrapper[1..], start.FileName, .. start.ArgumentList];
            start.FileName = wrapper[0];
            start.ArgumentList.Clear();
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument);
        }
        (start.RedirectStandardInput, start.WorkingDirectory) = (true, folder);
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
    public void Terminate() => Signal("TERM");

    /// <summary>Sends it a signal, by its short name.</summary>
    public void Signal(string name) => Process.Start("sh", ["-c", $"kill -{name} {_process.Id}"]).WaitForExit();

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
