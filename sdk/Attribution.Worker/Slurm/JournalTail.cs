using System.Globalization;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline;

namespace Attribution.Worker.Slurm;

/// <summary>Reads the journals of a stage's workers while they grow.</summary>
/// <param name="folder">The folder of the journals.</param>
/// <param name="reporter">Receives each warning once.</param>
internal sealed class JournalTail(string folder, StageReporter reporter)
{
    private const string NoUnit = "";

    // An earlier rate would measure the start of the first worker.
    private static readonly TimeSpan LeastElapsed = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<string, WorkerState> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int?> _done = [];
    private readonly Dictionary<string, List<(string Worker, AttributionException Error)>> _failures = [];
    private readonly HashSet<string> _warnings = [];
    private DateTime? _begun;

    /// <summary>All workers that have started, including those that have ended.</summary>
    public IReadOnlyCollection<WorkerState> Workers => _workers.Values;

    /// <summary>The number of workers that are running.</summary>
    public int AtWork => _workers.Values.Count(worker => worker.IsAtWork);

    /// <summary>The number of workers that have ended, for any reason.</summary>
    public int Ended => _workers.Count - AtWork;

    /// <summary>The number of units that the workers have computed.</summary>
    public int Done => _done.Count;

    /// <summary>The number of computed units that are blocks of rows.</summary>
    /// <param name="others">Kinds of units that do not count.</param>
    public int Blocks(params IReadOnlyList<string> others) =>
        _done.Count(unit => unit.Value is not null && !others.Contains(unit.Key.Split('/')[0]));

    /// <summary>Whether no unit was left unfinished, as far as the journals say: no unit failed, and no worker died or was told to end.</summary>
    public bool IsClean => _failures.Count == 0 && _workers.Values.All(worker => worker is { IsTold: false, IsDead: false });

    /// <summary>The error of a unit that failed in two workers; null if there is none.</summary>
    public AttributionException? FailedTwice =>
        _failures.Values.FirstOrDefault(failures => failures.DistinctBy(failure => failure.Worker).Count() > 1)?[0].Error;

    /// <summary>An error of any worker; null if there is none.</summary>
    public AttributionException? AnyFailure => _failures.Values.FirstOrDefault()?[0].Error;

    /// <summary>Forgets everything, because the journals were deleted.</summary>
    public void Forget()
    {
        _workers.Clear();
        _done.Clear();
        _failures.Clear();
        _begun = null;
    }

    /// <summary>Reads the new lines.</summary>
    public void Read()
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var path in Directory.EnumerateFiles(folder, "*" + JournalLine.Suffix))
            if (!_workers.ContainsKey(path) && !FileIdentity.IsPipeOrDevice(path))
                _workers.Add(path, new WorkerState(path));
        foreach (var worker in _workers.Values.Where(worker => !worker.HasEnded))
            foreach (var line in worker.Read())
                Take(worker, line);
    }

    /// <summary>
    /// Marks the workers that Slurm no longer knows as dead. The unit that such a worker was computing counts as failed, unless the worker was told to end.
    /// </summary>
    /// <param name="workers">The workers that had started before Slurm was asked.</param>
    /// <param name="isAlive">Whether a task, for example <c>17_3</c>, is running according to Slurm.</param>
    /// <param name="lastWords">Returns the last lines of a task's output.</param>
    public void Bury(IEnumerable<WorkerState> workers, Func<string, bool> isAlive, Func<string, string> lastWords)
    {
        foreach (var worker in workers.Where(worker => worker.IsAtWork && worker.Job.Length > 0 && !isAlive(worker.Job)))
        {
            worker.IsDead = true;
            if (!worker.IsTold)
                Fail(worker, worker.Unit ?? NoUnit, new AttributionException(ErrorCodes.SlurmWorkersFailed,
                    $"The worker {worker.Job} on {worker.Host} died{(worker.Unit is { } unit ? $" while it computed {unit}" : "")} and did not say why; a "
                        + $"system does that to a process when memory runs out (Memory, or a smaller TokenBudget or BatchSize).{lastWords(worker.Job)}"));
        }
    }

    /// <summary>The progress line, for example <c>412 of 780 blocks, 6 of 8 workers, 31 rows/s, 9 min left</c>.</summary>
    /// <param name="total">The total number of units.</param>
    /// <param name="noun">The name of one unit.</param>
    /// <param name="asked">The number of workers that were asked for.</param>
    public string Tell(int total, string noun, int asked)
    {
        var text = $"{Math.Min(Done, total)} of {total} {noun}s, {AtWork} of {asked} workers";
        if (_begun is not { } begun || DateTime.UtcNow - begun is var elapsed && elapsed < LeastElapsed || Done == 0)
            return text;
        var rows = _done.Values.Sum(count => count ?? 0L);
        if (rows > 0)
            text += string.Create(CultureInfo.InvariantCulture, $", {rows / elapsed.TotalSeconds:0.#} rows/s");
        return AtWork == 0 || Done >= total ? text : $"{text}, {Readable.Duration(elapsed.TotalSeconds * (total - Done) / Done)} left";
    }

    private void Take(WorkerState worker, JournalLine line)
    {
        if (line.Kind == JournalLine.Begin)
            _begun ??= line.At;
        else if (line is { Kind: JournalLine.Done, Unit: { } unit })
            _done[unit] = line.Rows;
        else if (line.Kind == JournalLine.Failed)
            Fail(worker, line.Unit ?? NoUnit, new AttributionException(line.Code ?? ErrorCodes.Unexpected, line.Text ?? "")
            { File = line.File, Row = line.Row, Property = line.Property });
        else if (line is { Kind: JournalLine.Warning, Code: { } code, Text: { } text } && _warnings.Add($"{code} {text}"))
            reporter.Warning(code, text, line.File, line.Row);
    }

    private void Fail(WorkerState worker, string unit, AttributionException error)
    {
        if (!_failures.TryGetValue(unit, out var failures))
            _failures.Add(unit, failures = []);
        failures.Add((worker.Name, error));
        reporter.Detail($"worker {worker.Job} on {worker.Host} failed{(unit.Length > 0 ? $" at {unit}" : "")}: {error.Code}: {error.Message}");
    }
}
