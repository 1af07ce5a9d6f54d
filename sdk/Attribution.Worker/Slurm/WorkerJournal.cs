using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Attribution.Data.Store;
using Attribution.Diagnostics;
using Attribution.Worker.Stages;

namespace Attribution.Worker.Slurm;

/// <summary>
/// Writes the journal of a worker on a cluster, and handles its signals. After USR1, which Slurm sends before a time limit, the worker takes no new unit, and
/// drops its present unit if that does not end in time. After TERM it drops its unit at once. Neither is a failure.
/// </summary>
internal sealed class WorkerJournal : IUnitLog, IDisposable
{
    // The number of USR1, for which PosixSignal has no name.
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
    /// <param name="folder">The folder of the journals, with a file for each worker.</param>
    /// <param name="grace">How many seconds before its time limit the worker receives USR1.</param>
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
            // Without this, the signal ends the process.
            signal.Cancel = true;
            Drain();
        });
        // The command line handles TERM: it cancels the token, and ends the process two seconds later.
        _stopped = stop.Token.Register(() => Drop("TERM"));
        Write(new JournalLine(JournalLine.Start)
        {
            Host = Variable("SLURMD_NODENAME") ?? Environment.MachineName,
            Job = job,
            Gpus = Variable("CUDA_VISIBLE_DEVICES"),
        }, flush: true);
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
        // A unit that is assembled from blocks of its own counts once.
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
        // An error before the unit was begun is one of the store or the stage.
        if (_unit != unit || (error is OperationCanceledException && _stop.IsCancellationRequested))
            return false;
        _failed.Add(unit);
        Write(Of(error) with { Unit = unit }, flush: true);
        _unit = null;
        return true;
    }

    /// <summary>Writes an error that belongs to no unit.</summary>
    public void Failed(AttributionException error) => Write(Of(error), flush: true);

    /// <summary>Writes a warning, which the reader of the journal passes on.</summary>
    public void Warn(string code, string text, string? file, long? row) =>
        Write(new JournalLine(JournalLine.Warning) { Code = code, Text = text, File = file, Row = row });

    /// <summary>Writes the last line: the worker ends.</summary>
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
                // The work ended first.
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
            // The worker is inside a long operation of a native library. The system releases its locks.
            End();
            Environment.Exit(0);
        }, TaskScheduler.Default);
    }

    // Flushed to the disk once a second at most; other nodes see the lines only then.
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
