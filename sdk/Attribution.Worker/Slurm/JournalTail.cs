using System.Globalization;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Pipeline;

namespace Attribution.Worker.Slurm;

/// <summary>What the journals of a stage's workers tell, read as they grow.</summary>
/// <param name="folder">Where they lie.</param>
/// <param name="reporter">Told once of each warning.</param>
internal sealed class JournalTail(string folder, StageReporter reporter)
{
    private const string NoUnit = "";

    // Before, a rate would be one of the first worker's start.
    private static readonly TimeSpan LeastElapsed = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<string, WorkerState> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int?> _done = [];
    private readonly Dictionary<string, List<(string Worker, AttributionException Error)>> _failures = [];
    private readonly HashSet<string> _warnings = [];
    private DateTime? _begun;

    /// <summary>The workers that have ever started.</summary>
    public IReadOnlyCollection<WorkerState> Workers => _workers.Values;

    /// <summary>How many are at work.</summary>
    public int AtWork => _workers.Values.Count(worker => worker.IsAtWork);

    /// <summary>How many have ended, in whatever way.</summary>
    public int Ended => _workers.Count - AtWork;

    /// <summary>How many units they have computed.</summary>
    public int Done => _done.Count;

    /// <summary>How many of those were blocks of rows of the stage's results, as far as a unit's kind is not one of <paramref name="others"/>.</summary>
    public int Blocks(params IReadOnlyList<string> others) =>
        _done.Count(unit => unit.Value is not null && !others.Contains(unit.Key.Split('/')[0]));

    /// <summary>Whether nothing is known to be left over: no unit failed, and none was in the hands of a worker that was told to end or that died.</summary>
    public bool IsClean => _failures.Count == 0 && _workers.Values.All(worker => worker is { IsTold: false, IsDead: false });

    /// <summary>The error of a unit that two workers failed at.</summary>
    public AttributionException? FailedTwice =>
        _failures.Values.FirstOrDefault(failures => failures.DistinctBy(failure => failure.Worker).Count() > 1)?[0].Error;

    /// <summary>Any error of a worker.</summary>
    public AttributionException? AnyFailure => _failures.Values.FirstOrDefault()?[0].Error;

    /// <summary>Forgets all: the journals are gone.</summary>
    public void Forget()
    {
        _workers.Clear();
        _done.Clear();
        _failures.Clear();
        _begun = null;
    }

    /// <summary>Reads what is new.</summary>
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
    /// Takes the workers for dead that Slurm no longer knows. What such a one was computing failed there, unless it had been told to end.
    /// </summary>
    /// <param name="workers">Those that had started before Slurm was asked.</param>
    /// <param name="isAlive">Whether Slurm knows a task, such as <c>17_3</c>, and lets it run.</param>
    /// <param name="lastWords">The last lines of a task's output.</param>
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

    /// <summary>Such as <c>412 of 780 blocks, 6 of 8 workers, 31 rows/s, 9 min left</c>.</summary>
    /// <param name="total">How many units there are.</param>
    /// <param name="noun">What one is.</param>
    /// <param name="asked">How many workers were asked for.</param>
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
