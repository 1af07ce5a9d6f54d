using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Worker.Stages;

namespace Attribution.Worker.Slurm;

/// <summary>
/// The journal of a worker that a cluster runs, and its ears: at USR1, which comes before a time limit, it takes no further unit and drops the one at hand if
/// that does not end in time; at TERM it drops it at once. Both are no failure.
/// </summary>
internal sealed class WorkerJournal : IUnitLog, IDisposable
{
    // PosixSignal has no name for it.
    private const PosixSignal Usr1 = (PosixSignal)10;

    private static readonly TimeSpan TimeToDrop = TimeSpan.FromSeconds(10), TimeToEnd = TimeSpan.FromSeconds(1.5), Flushed = TimeSpan.FromSeconds(1);

    private readonly FileStream _file;
    private readonly CancellationTokenSource _stop;
    private readonly TimeSpan _grace;
    private readonly PosixSignalRegistration _usr1;
    private readonly CancellationTokenRegistration _stopped;
    private readonly Stopwatch _clock = new(), _sinceFlush = Stopwatch.StartNew();
    private readonly HashSet<string> _failed = [];
    private readonly Lock _turn = new();
    private string? _unit;
    private int? _rows;
    private bool _isTold, _hasEnded;

    /// <summary>Begins a journal.</summary>
    /// <param name="folder">Where journals are: of each worker a file.</param>
    /// <param name="grace">How long before its time limit the worker is told, in seconds.</param>
    /// <param name="stop">Stops the worker's work.</param>
    public WorkerJournal(string folder, int grace, CancellationTokenSource stop)
    {
        (_stop, _grace) = (stop, TimeSpan.FromSeconds(Math.Max(0, grace)) - TimeToDrop);
        var job = $"{Variable("SLURM_ARRAY_JOB_ID") ?? Variable("SLURM_JOB_ID") ?? "none"}_{Variable("SLURM_ARRAY_TASK_ID") ?? "0"}";
        var name = $"{job}.{Variable("SLURM_RESTART_COUNT") ?? "0"}.{Environment.MachineName}.{Environment.ProcessId}{JournalLine.Suffix}";
        Directory.CreateDirectory(folder);
        _file = new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _usr1 = PosixSignalRegistration.Create(Usr1, signal =>
        {
            // What it does by itself is end the process.
            signal.Cancel = true;
            Drain();
        });
        // By TERM: the command line hears it, and ends the process two seconds later.
        _stopped = stop.Token.Register(() => Drop("TERM"));
        Write(new JournalLine(JournalLine.Start) { Host = Environment.MachineName, Job = job, Gpus = Variable("CUDA_VISIBLE_DEVICES") }, flush: true);
    }

    /// <summary>Whether a signal has told the worker to end.</summary>
    public bool IsTold => Volatile.Read(ref _isTold);

    /// <summary>Whether a unit failed.</summary>
    public bool HasFailed => _failed.Count > 0;

    /// <inheritdoc/>
    public bool MayWait => !IsTold && !HasFailed;

    /// <inheritdoc/>
    public bool MayTake(string unit) => !IsTold && !_failed.Contains(unit);

    /// <inheritdoc/>
    public void Began(string unit, int? rows)
    {
        // A unit that is put together from blocks of its own counts as one.
        if (_unit is not null)
            return;
        (_unit, _rows) = (unit, rows);
        _clock.Restart();
        Write(new JournalLine(JournalLine.Begin) { Unit = unit, Rows = rows });
    }

    /// <inheritdoc/>
    public void Left(string unit)
    {
        if (_unit != unit)
            return;
        var seconds = _clock.Elapsed.TotalSeconds;
        Write(new JournalLine(JournalLine.Done) { Unit = unit, Rows = _rows, Seconds = seconds, Rate = _rows / seconds });
        _unit = null;
    }

    /// <inheritdoc/>
    public bool Failed(string unit, Exception error)
    {
        // Before it was begun, it is the store's fault or the stage's.
        if (_unit != unit || (error is OperationCanceledException && _stop.IsCancellationRequested))
            return false;
        _failed.Add(unit);
        Write(Of(error) with { Unit = unit }, flush: true);
        _unit = null;
        return true;
    }

    /// <summary>Something failed that is no unit's fault.</summary>
    public void Failed(AttributionException error) => Write(Of(error), flush: true);

    /// <summary>Hands a warning on to whoever reads the journal.</summary>
    public void Warn(string code, string text, string? file, long? row) =>
        Write(new JournalLine(JournalLine.Warning) { Code = code, Text = text, File = file, Row = row });

    /// <summary>There is nothing left to do here.</summary>
    public void End()
    {
        lock (_turn)
        {
            if (_stop.IsCancellationRequested && !Interlocked.Exchange(ref _isTold, true))
                Write(new JournalLine(JournalLine.Signal) { Text = "TERM" });
            if (_unit is { } dropped)
                Write(new JournalLine(JournalLine.Dropped) { Unit = dropped });
            Write(new JournalLine(JournalLine.End), flush: true);
            _hasEnded = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped.Dispose();
        _usr1.Dispose();
        lock (_turn)
            _file.Dispose();
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static JournalLine Of(Exception error)
    {
        var known = VerbRunner.UserError(error) ?? Shown.Unexpected("a worker", error, "its output has more");
        return new JournalLine(JournalLine.Failed)
        { Code = known.Code, Text = Shown.Of(known.Message), File = known.File, Row = known.Row, Property = known.Property };
    }

    private void Drain()
    {
        Volatile.Write(ref _isTold, true);
        Write(new JournalLine(JournalLine.Signal) { Text = "USR1" }, flush: true);
        _ = Task.Delay(_grace > TimeSpan.Zero ? _grace : TimeSpan.Zero).ContinueWith(_ =>
        {
            try
            {
                _stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It was done first.
            }
        }, TaskScheduler.Default);
    }

    private void Drop(string signal)
    {
        var isLimit = Interlocked.Exchange(ref _isTold, true);
        if (!isLimit)
            Write(new JournalLine(JournalLine.Signal) { Text = signal }, flush: true);
        _ = Task.Delay(isLimit ? TimeToDrop / 2 : TimeToEnd).ContinueWith(_ =>
        {
            lock (_turn)
                if (_hasEnded)
                    return;
            // It is in a product that takes its time; locks go with the process.
            End();
            Environment.Exit(0);
        }, TaskScheduler.Default);
    }

    // To the disk only now and then: that is what makes it seen from other nodes.
    private void Write(JournalLine line, bool flush = false)
    {
        var bytes = Encoding.UTF8.GetBytes((line with { At = DateTime.UtcNow }).Write() + "\n");
        lock (_turn)
        {
            if (_hasEnded)
                return;
            _file.Write(bytes);
            flush |= _sinceFlush.Elapsed > Flushed;
            _file.Flush(flush);
            if (flush)
                _sinceFlush.Restart();
        }
    }
}
