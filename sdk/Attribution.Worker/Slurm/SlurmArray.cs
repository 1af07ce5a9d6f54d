using System.Globalization;
using System.Text.Json;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;

namespace Attribution.Worker.Slurm;

/// <summary>
/// The workers of a stage as an array of a Slurm cluster. Each task is one process that takes units until none is free. The store and the journals of the
/// workers say what is done; Slurm is asked only whether any worker is alive.
/// </summary>
internal sealed class SlurmArray : IRemoteWorkers
{
    /// <summary>The environment variable of a build that is itself a job. The workers of such a build keep running when it is told to end.</summary>
    public const string IsJobVariable = "ATTRIBUTION_SLURM_BUILD";

    /// <summary>The number of tasks if the project does not set one.</summary>
    public const int DefaultWorkers = 4;

    private const int Tries = 3;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250), PauseOfTries = TimeSpan.FromSeconds(5), Visible = TimeSpan.FromSeconds(60),
        Silence = TimeSpan.FromMinutes(5);

    private readonly string _stage, _request, _folder;
    private readonly StageSettings _settings;
    private readonly ExecutionSettings _execution;
    private readonly StageReporter _reporter;
    private readonly JournalTail _journals;
    private readonly SlurmProgress _progress;
    private Submitted? _array;
    private int _doneBefore, _endedBefore, _fruitless, _submissions, _total;
    private DateTime? _waitsForFiles;
    private CancellationToken _stop;

    /// <param name="stage">The stage's name.</param>
    /// <param name="request">The stage's request file.</param>
    /// <param name="settings">The settings in that file.</param>
    /// <param name="execution">Where and how the model runs.</param>
    /// <param name="reporter">Receives messages and progress.</param>
    public SlurmArray(string stage, string request, StageSettings settings, ExecutionSettings execution, StageReporter reporter)
    {
        (_stage, _request, _settings, _execution, _reporter) = (stage, Path.GetFullPath(request), settings, execution, reporter);
        _folder = FolderOf(settings.State, stage);
        _journals = new(_folder, reporter);
        _progress = new(settings.State, stage);
    }

    /// <inheritdoc/>
    public int Blocks => _journals.Blocks(ControlJobs.BlockName);

    private static bool IsJob => Environment.GetEnvironmentVariable(IsJobVariable) is { Length: > 0 };

    // Whether workers are left to the job that goes on with a build, because the job of this one is told to end.
    private bool IsLeft => IsJob && _stop.IsCancellationRequested;

    /// <summary>The folder with the script, the journals and the outputs of a stage's workers.</summary>
    public static string FolderOf(string state, string stage) => Path.Combine(Path.GetFullPath(state), "slurm", stage);

    /// <summary>The options of sbatch.</summary>
    /// <param name="stage">The stage's name.</param>
    /// <param name="settings">The stage's settings.</param>
    /// <param name="execution">Where and how the model runs.</param>
    /// <param name="tasks">The number of tasks.</param>
    public static IEnumerable<string> Options(string stage, StageSettings settings, ExecutionSettings execution, int tasks) =>
    [
        "--parsable", "--requeue", "--open-mode=append", string.Create(CultureInfo.InvariantCulture, $"--array=0-{tasks - 1}"),
        $"--job-name={JobName(settings.Experiment)}", $"--chdir={Environment.CurrentDirectory}",
        $"--output={ShellScript.Path(FolderOf(settings.State, stage))}/%A_%a.out",
        $"--signal=B:USR1@{SlurmOptions.Lead(execution.Slurm?.TimeLimit)}",
        .. SlurmOptions.OfWorker(execution),
    ];

    /// <summary>The name of all jobs of an experiment, with which people can cancel them.</summary>
    public static string JobName(string experiment) => $"attribution-{experiment}";

    /// <summary>The number of tasks of an array: as many as the project asks for, and not more than there are units.</summary>
    public static int TasksFor(ExecutionSettings execution, int units) => Math.Clamp(units, 1, Workers.Asked(execution) ?? DefaultWorkers);

    /// <summary>The answer of <c>sbatch --test-only</c>: when Slurm would start an array, or why it would not.</summary>
    public static string Estimate(string stage, StageSettings settings, ExecutionSettings execution, int tasks)
    {
        try
        {
            var answer = SlurmCommand.Run("sbatch", ["--test-only", .. Options(stage, settings, execution, tasks), "--wrap=true"]);
            return answer.Code == 0 ? $"Slurm, {tasks} worker{(tasks == 1 ? "" : "s")}: {SlurmRefusal.Readable(answer.Error)}"
                : VerbRunner.ErrorLine(SlurmRefusal.Of(answer.Error));
        }
        catch (AttributionException e)
        {
            return VerbRunner.ErrorLine(e);
        }
    }

    /// <inheritdoc/>
    public void Compute(int units, string noun, CancellationToken cancellation)
    {
        _stop = cancellation;
        // At once, since there may be no time for more; if this is disposed of before it runs, Dispose does it.
        using var stop = cancellation.Register(() =>
        {
            if (!IsLeft)
                Cancel();
        });
        _journals.Read();
        if (_array is null)
        {
            _array = Attach();
            if (_array is null)
                Submit(units);
            _total = _journals.Done + units;
        }
        else if (WaitsForFiles(cancellation))
            return;
        else if (new SlurmQueue(_array.Job).Ask() is { Count: 0 })
            SubmitAgain(units);
        Follow(noun, cancellation);
    }

    /// <summary>Cancels tasks that still wait to be started and would find nothing to do.</summary>
    public void Dispose()
    {
        _progress.Clear();
        if (_array is { } array && !IsLeft && _journals.Workers.Count(worker => worker.HasEnded && IsOf(worker, array)) < array.Tasks)
            Cancel();
    }

    private void Follow(string noun, CancellationToken cancellation)
    {
        var (array, queue, lastAsked, lastAnswer, reason, warned) = (_array!, new SlurmQueue(_array!.Job), DateTime.MinValue, DateTime.UtcNow, "", false);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            _journals.Read();
            if (_journals.FailedTwice is { } error)
            {
                Cancel();
                throw error;
            }
            if (_journals.Ended > _endedBefore && _journals.AtWork == 0)
            {
                _endedBefore = _journals.Ended;
                return;
            }
            if (DateTime.UtcNow - lastAsked > SlurmQueue.Pause)
            {
                lastAsked = DateTime.UtcNow;
                var started = _journals.Workers.Where(worker => worker.IsAtWork).ToArray();
                if (queue.Ask() is { } tasks)
                {
                    lastAnswer = lastAsked;
                    _journals.Read();
                    _journals.Bury(started, task => tasks.TryGetValue(task, out var known) && known.State != "PENDING",
                        task => ShellScript.LastLines(OutputOf(task)));
                    reason = tasks.Values.FirstOrDefault(task => task.State == "PENDING").Reason is { Length: > 0 } why && _journals.AtWork == 0
                        ? $" (Slurm: {why})" : "";
                    if (tasks.Count == 0)
                    {
                        _endedBefore = _journals.Ended;
                        return;
                    }
                }
                else if (!warned && DateTime.UtcNow - lastAnswer > Silence)
                {
                    warned = true;
                    _reporter.Warning(ErrorCodes.SlurmSilent, "squeue has not answered for five minutes. The journals of the workers are read on; if nothing "
                        + "comes, look at `scontrol ping`.");
                }
            }
            var text = _journals.Tell(_total, noun, array.Tasks) + reason;
            _progress.Tell(text);
            _reporter.Progress(() => text);
            cancellation.WaitHandle.WaitOne(Tick);
        }
    }

    // The journals say that everything is done, and results are missing: a network file system may not show them here yet.
    private bool WaitsForFiles(CancellationToken cancellation)
    {
        if (!_journals.IsClean || _journals.Done < _total || DateTime.UtcNow - (_waitsForFiles ??= DateTime.UtcNow) > Visible)
            return false;
        cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
        cancellation.ThrowIfCancellationRequested();
        return true;
    }

    private void SubmitAgain(int units)
    {
        _fruitless = _journals.Done > _doneBefore ? 0 : _fruitless + 1;
        if (_fruitless > (_execution.Slurm?.Retries ?? 0))
            throw _journals.AnyFailure ?? new AttributionException(ErrorCodes.SlurmWorkersFailed,
                $"{units} of {_total} units of {_stage} are missing, and the workers of {_submissions} arrays ended without computing any. Look into "
                    + $"{_folder}.{ShellScript.LastLines(LastOutput())}")
            { Property = "Retries" };
        Submit(units);
    }

    private void Submit(int units)
    {
        var tasks = TasksFor(_execution, units);
        if (_submissions == 0)
            Empty();
        Directory.CreateDirectory(_folder);
        var (program, arguments) = ThisProgram.Command("run-stage", _stage, "--request", _request, "--helper", "--journal", _folder,
            "--grace", SlurmOptions.Lead(_execution.Slurm?.TimeLimit).ToString(CultureInfo.InvariantCulture));
        var script = Path.Combine(_folder, "worker.sh");
        // The shell is replaced by the worker, so that the worker receives the job's signals.
        WholeFile.Write(script, $"#!/bin/sh\nexec {ShellScript.Line(arguments.Prepend(program))}\n");
        var job = Submit([.. Options(_stage, _settings, _execution, tasks), script]);
        (_doneBefore, _submissions, _waitsForFiles) = (_journals.Done, _submissions + 1, null);
        _array = new Submitted(job, tasks);
        WholeFile.Write(NoteFile, JsonSerializer.Serialize(_array));
        _reporter.Message($"{_stage}: {units} units for {tasks} workers of Slurm, job {_array.Job}");
    }

    /// <summary>Submits a job.</summary>
    /// <param name="arguments">The arguments of sbatch.</param>
    /// <returns>The job's id.</returns>
    /// <exception cref="AttributionException">ATTR1041: this machine has no Slurm. ATTR1042: Slurm refuses the job.</exception>
    public static string Submit(IReadOnlyList<string> arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = SlurmCommand.Run("sbatch", arguments);
            // `JOB` or `JOB;CLUSTER`.
            if (answer.Code == 0)
                return answer.Output.Split('\n')[^1].Split(';')[0].Trim();
            if (attempt == Tries || !SlurmRefusal.MayBeTriedAgain(answer.Error))
                throw SlurmRefusal.Of(answer.Error);
            Thread.Sleep(PauseOfTries);
        }
    }

    // The array of an earlier build, if it still exists. If squeue does not answer, it may exist, and a second one would be one too many.
    private Submitted? Attach()
    {
        try
        {
            if (JsonSerializer.Deserialize<Submitted>(File.ReadAllBytes(NoteFile)) is { } noted && new SlurmQueue(noted.Job).Ask() is not { Count: 0 })
            {
                _submissions = 1;
                _reporter.Message($"{_stage}: goes on with {noted.Tasks} workers of Slurm, job {noted.Job}");
                return noted;
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // There is no note of one.
        }
        return null;
    }

    private void Empty()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        _journals.Forget();
        _endedBefore = 0;
    }

    private void Cancel()
    {
        if (_array is { } array)
            SlurmCommand.Cancel(array.Job);
    }

    private static bool IsOf(WorkerState worker, Submitted array) => worker.Job.StartsWith($"{array.Job}_", StringComparison.Ordinal);

    private string NoteFile => Path.Combine(_folder, "array.json");

    private string OutputOf(string task) => Path.Combine(_folder, $"{task}.out");

    private string? LastOutput() => Directory.Exists(_folder)
        ? Directory.EnumerateFiles(_folder, "*.out").MaxBy(File.GetLastWriteTimeUtc) : null;

    private sealed record Submitted(string Job, int Tasks);
}
