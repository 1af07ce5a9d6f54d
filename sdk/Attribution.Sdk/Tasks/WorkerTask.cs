using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Sdk.Terminal;
using Attribution.Sdk.Worker;
using Microsoft.Build.Framework;

namespace Attribution.Sdk.Tasks;

/// <summary>Runs the worker and turns its output into MSBuild messages, warnings and errors.</summary>
public abstract class WorkerTask : Microsoft.Build.Utilities.Task, ICancelableTask
{
    private const int LastLines = 15;
    // The worker reports every four seconds, so lines are less than 30 seconds apart.
    private static readonly TimeSpan FirstProgress = TimeSpan.FromSeconds(10), ProgressPause = TimeSpan.FromSeconds(25);

    private readonly Queue<string> _errorLines = [];
    private readonly Lock _turn = new();
    private WorkerProcess? _running;
    private bool _hasSummary;
    private bool _isCanceled;

    /// <summary>The experiment's project file.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The folder of the stages' state, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

    /// <summary>The worker: a program, or an assembly that <c>dotnet</c> runs.</summary>
    [Required]
    public string Worker { get; set; } = "";

    /// <summary>The libtorch to use; empty to leave it to the worker.</summary>
    public string LibTorchPath { get; set; } = "";

    /// <summary>The number of CPU threads that one operator uses; empty to leave it to the worker.</summary>
    public string Threads { get; set; } = "";

    /// <summary>The project's directory, which is the worker's current directory.</summary>
    private protected string ProjectDirectory => Path.GetDirectoryName(ProjectFile)!;

    /// <summary>The worker's activity, for messages.</summary>
    private protected abstract string Doing { get; }

    /// <summary>Whether lines outside the protocol are shown to people; a native library may print such lines.</summary>
    private protected virtual bool PlainLinesAreForPeople => false;

    /// <inheritdoc/>
    public void Cancel()
    {
        WorkerProcess? running;
        lock (_turn)
        {
            _isCanceled = true;
            running = _running;
        }
        running?.Stop();
    }

    /// <summary>Runs the worker until it ends.</summary>
    /// <returns>Whether it succeeded; if not, the reason has been logged, unless the build was cancelled.</returns>
    private protected bool Run(params IEnumerable<string> arguments)
    {
        if (!File.Exists(Worker))
        {
            Log.LogError(null, ErrorCodes.WorkerMissing, null, null, 0, 0, 0, 0,
                "The worker {0} does not exist. Restore the Attribution.Sdk package again, or correct AttributionWorker.", Worker);
            return false;
        }
        if (Start(arguments) is not { } worker)
            return false;
        using (worker)
        {
            var clock = Stopwatch.StartNew();
            var nextProgress = FirstProgress;
            foreach (var text in worker.Lines())
                if (WorkerLine.Parse(text) is not { } line)
                    SayPlain(ForeignText.Visible(text));
                else if (line.Kind != "progress")
                    Say(line);
                else if (TerminalLogger.IsOn)
                    BuildEngine.Show(Doing, line.Text);
                else if (clock.Elapsed >= nextProgress)
                {
                    nextProgress = clock.Elapsed + ProgressPause;
                    Shout($"{line.Text}, {clock.Elapsed.TotalSeconds:0} s so far");
                }
            return Ended(worker.Wait());
        }
    }

    /// <summary>Logs that the work is done, unless the worker has.</summary>
    private protected void SayDone()
    {
        if (!_hasSummary)
            Shout("nothing to do");
    }

    /// <summary>Whether the worker summed up what it did.</summary>
    private protected bool HasSummary => _hasSummary;

    /// <summary>A line that everybody should see.</summary>
    private protected void Shout(string text) => BuildEngine.Say($"{Path.GetFileNameWithoutExtension(ProjectFile)}: {Doing}: {text}");

    private void SayPlain(string line)
    {
        if (PlainLinesAreForPeople)
            BuildEngine.Say(line);
        else
            Log.LogMessage(MessageImportance.Low, "{0}", line);
    }

    private WorkerProcess? Start(IEnumerable<string> arguments)
    {
        var environment = new Dictionary<string, string>();
        if (LibTorchPath.Length > 0)
            environment["LIBTORCH"] = Path.GetFullPath(Path.Combine(ProjectDirectory, LibTorchPath));
        if (Threads.Length > 0)
            environment["ATTRIBUTION_THREADS"] = Threads;
        lock (_turn)
        {
            if (_isCanceled)
                return null;
            try
            {
                return _running = WorkerProcess.Start(Worker, arguments, ProjectDirectory, environment, KeepErrorLine);
            }
            catch (Win32Exception e)
            {
                Log.LogError(null, ErrorCodes.WorkerMissing, null, null, 0, 0, 0, 0, "The worker {0} does not start: {1}", Worker, e.Message);
                return null;
            }
        }
    }

    private void Say(WorkerLine line)
    {
        switch (line.Kind)
        {
            case "summary":
                _hasSummary = true;
                Shout(line.Text);
                break;
            case "warning":
                var (warned, warnedAt) = Place(line);
                Log.LogWarning(null, line.Code, null, warned, warnedAt, 0, 0, 0, "{0}", WithPlace(line));
                break;
            case "error":
                var (failed, failedAt) = Place(line);
                Log.LogError(null, line.Code, null, failed, failedAt, 0, 0, 0, "{0}", WithPlace(line));
                break;
            default:
                if (line.IsDetail)
                    Log.LogMessage(MessageImportance.Low, "{0}", line.Text);
                else
                    BuildEngine.Say(line.Text);
                break;
        }
    }

    private bool Ended(int exitCode)
    {
        lock (_turn)
            _running = null;
        if (_isCanceled)
            return false;
        if (exitCode != 0 && !Log.HasLoggedErrors)
            lock (_errorLines)
                Log.LogError(null, ErrorCodes.WorkerCrashed, null, null, 0, 0, 0, 0, "{0}: the worker stopped {1} and did not say why.{2}", Doing,
                    How(exitCode),
                    _errorLines.Count == 0 ? "" : $" Its last lines:\n{string.Join('\n', _errorLines)}");
        return !Log.HasLoggedErrors;
    }

    private void KeepErrorLine(string line)
    {
        line = ForeignText.Visible(line);
        // A verb that does not use the protocol ends with `error ATTR1234: ...`.
        if (line.StartsWith("error ATTR", StringComparison.Ordinal))
            Log.LogMessageFromText(line, MessageImportance.High);
        else
            Log.LogMessage(MessageImportance.Low, "{0}", line);
        lock (_errorLines)
        {
            _errorLines.Enqueue(line);
            if (_errorLines.Count > LastLines)
                _errorLines.Dequeue();
        }
    }

    // For a process that a signal ended, .NET returns 128 + the signal's number.
    private static string How(int exitCode) => exitCode switch
    {
        137 => "because it was killed (signal 9; the system does that when memory runs out)",
        > 128 and < 160 => $"at signal {exitCode - 128}",
        _ => $"with exit code {exitCode}",
    };

    // A row of JSON lines is a line. An error in no file is in the project, which may contain the property.
    private (string File, int Line) Place(WorkerLine line)
    {
        if (line.File is { } file)
            return (file, line.Row is { } row && file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) && row < int.MaxValue ? (int)row + 1 : 0);
        return (ProjectFile, line.Property is { } property ? new Experiments.ProjectFile(ProjectFile).LineOf(property) : 0);
    }

    private static string WithPlace(WorkerLine line)
    {
        var text = new StringBuilder(line.Text);
        if (line.Row is { } row)
            text.Append($" (row {row})");
        if (line.Property is { } property)
            text.Append($" ({property})");
        return text.ToString();
    }
}
