using System.Globalization;
using System.Text.Json;
using Attribution.Contracts;
using Attribution.Diagnostics;
using Attribution.Pipeline;
using Attribution.Pipeline.Results;

namespace Attribution.Worker.Slurm;

/// <summary>
/// The workers of a stage as an array of a Slurm cluster. Each task is one process that takes units until none is free. What they have done is told by the
/// store and by their journals; Slurm is asked only whether anybody is alive.
/// </summary>
internal sealed class SlurmArray : IRemoteWorkers
{
    /// <summary>The environment variable that a build has which is itself a job: what it waits for goes on without it.</summary>
    public const string IsJobVariable = "ATTRIBUTION_SLURM_BUILD";

    /// <summary>Tasks of an array where a project does not say how many.</summary>
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
    private bool _isLeft;

    /// <param name="stage">The stage's name.</param>
    /// <param name="request">Its request file.</param>
    /// <param name="settings">What is in it.</param>
    /// <param name="execution">How its model runs.</param>
    /// <param name="reporter">Told how it goes.</param>
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

    /// <summary>Where scripts, journals and outputs of a stage's workers lie.</summary>
    public static string FolderOf(string state, string stage) => Path.Combine(Path.GetFullPath(state), "slurm", stage);

    /// <summary>What is asked of sbatch.</summary>
    /// <param name="stage">The stage's name.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="execution">How its model runs.</param>
    /// <param name="tasks">The array's tasks.</param>
    public static IEnumerable<string> Options(string stage, StageSettings settings, ExecutionSettings execution, int tasks) =>
    [
        "--parsable", "--requeue", "--open-mode=append", string.Create(CultureInfo.InvariantCulture, $"--array=0-{tasks - 1}"),
        $"--job-name={JobName(settings.Experiment)}", $"--chdir={Environment.CurrentDirectory}",
        $"--output={ShellScript.Path(FolderOf(settings.State, stage))}/%A_%a.out",
        $"--signal=B:USR1@{SlurmOptions.Lead(execution.Slurm?.TimeLimit)}",
        .. SlurmOptions.OfWorker(execution),
    ];

    /// <summary>The name of all jobs of an experiment, by which people cancel them.</summary>
    public static string JobName(string experiment) => $"attribution-{experiment}";

    /// <summary>How many tasks an array has: as many as are asked for, and no more than there are units.</summary>
    public static int TasksFor(ExecutionSettings execution, int units) => Math.Clamp(units, 1, Workers.Asked(execution) ?? DefaultWorkers);

    /// <summary>When Slurm would start an array, or why it would not: what <c>sbatch --test-only</c> says.</summary>
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
        using var stop = cancellation.Register(() =>
        {
            // A job that ends leaves them to the build that goes on.
            _isLeft = IsJob;
            if (!_isLeft)
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

    /// <summary>Ends what may be left of them: tasks that wait for their turn and would find nothing to do.</summary>
    public void Dispose()
    {
        _progress.Clear();
        if (_array is { } array && !_isLeft && _journals.Workers.Count(worker => worker.HasEnded && IsOf(worker, array)) < array.Tasks)
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

    // All that was begun is done, by the journals, and yet something is missing: on a network file system it may not be seen yet.
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
        // The shell becomes the worker, so that signals for the job are the worker's.
        WholeFile.Write(script, $"#!/bin/sh\nexec {ShellScript.Line(arguments.Prepend(program))}\n");
        var job = Submit([.. Options(_stage, _settings, _execution, tasks), script]);
        (_doneBefore, _submissions, _waitsForFiles) = (_journals.Done, _submissions + 1, null);
        _array = new Submitted(job, tasks);
        WholeFile.Write(NoteFile, JsonSerializer.Serialize(_array));
        _reporter.Message($"{_stage}: {units} units for {tasks} workers of Slurm, job {_array.Job}");
    }

    /// <summary>Submits a job.</summary>
    /// <param name="arguments">What sbatch is given.</param>
    /// <returns>The job's id.</returns>
    /// <exception cref="AttributionException">ATTR1041: there is no Slurm here. ATTR1042: it does not take the job.</exception>
    public static string Submit(IReadOnlyList<string> arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = SlurmCommand.Run("sbatch", arguments);
            // `JOB` or `JOB;CLUSTER`.
            if (answer.Code == 0)
                return answer.Output.Split('\n')[^1].Split(';')[0].Trim();
            if (attempt == Tries || !SlurmRefusal.MayPass(answer.Error))
                throw SlurmRefusal.Of(answer.Error);
            Thread.Sleep(PauseOfTries);
        }
    }

    // The array that a build before this one asked for, if it is still there.
    private Submitted? Attach()
    {
        try
        {
            if (JsonSerializer.Deserialize<Submitted>(File.ReadAllBytes(NoteFile)) is { } noted && new SlurmQueue(noted.Job).Ask() is { Count: > 0 })
            {
                _submissions = 1;
                _reporter.Message($"{_stage}: goes on with {noted.Tasks} workers of Slurm, job {noted.Job}");
                return noted;
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // None was noted.
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
