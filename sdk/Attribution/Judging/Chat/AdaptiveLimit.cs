namespace Attribution.Judging.Chat;

/// <summary>
/// Limits the number of concurrent calls by additive increase and multiplicative decrease. An endpoint's "too many requests" halves the limit, once for all
/// calls that were running then; after as many successful calls as the limit, it rises by one. While the endpoint asks to wait, no call starts.
/// </summary>
internal sealed class AdaptiveLimit(int most)
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<int>> _waiting = [];
    private double _limit = most;
    private int _underWay;
    private int _cuts;
    private long _pausedUntil;

    /// <summary>The current limit.</summary>
    public int Current
    {
        get
        {
            lock (_gate)
                return (int)_limit;
        }
    }

    /// <summary>Waits until a call may start.</summary>
    /// <returns>A ticket to return when the call has ended.</returns>
    public async Task<int> EnterAsync(CancellationToken cancellation)
    {
        var turn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Enqueue(turn);
            Admit();
        }
        using var registration = cancellation.Register(() => turn.TrySetCanceled(cancellation));
        return await turn.Task.ConfigureAwait(false);
    }

    /// <summary>Records that a call has succeeded.</summary>
    public void Succeeded()
    {
        lock (_gate)
        {
            _limit = Math.Min(most, _limit + (1 / _limit));
            _underWay--;
            Admit();
        }
    }

    /// <inheritdoc cref="Succeeded"/>
    public void Failed()
    {
        lock (_gate)
        {
            _underWay--;
            Admit();
        }
    }

    /// <summary>Records that a call has ended because the endpoint gets too many requests.</summary>
    /// <param name="entered">The result of <see cref="EnterAsync"/>.</param>
    /// <param name="wait">The wait that the endpoint asks for.</param>
    public void Throttled(int entered, TimeSpan? wait)
    {
        lock (_gate)
        {
            _underWay--;
            if (entered == _cuts)
            {
                _cuts++;
                _limit = Math.Max(1, _limit / 2);
            }
            if (wait is { } pause && pause > TimeSpan.Zero && Environment.TickCount64 + (long)pause.TotalMilliseconds > _pausedUntil)
            {
                _pausedUntil = Environment.TickCount64 + (long)Math.Ceiling(pause.TotalMilliseconds);
                _ = AdmitLater(pause);
            }
            Admit();
        }
    }

    private async Task AdmitLater(TimeSpan pause)
    {
        // A timer may fire slightly early.
        await Task.Delay(pause + TimeSpan.FromMilliseconds(20)).ConfigureAwait(false);
        lock (_gate)
            Admit();
    }

    private void Admit()
    {
        while (_underWay < (int)_limit && Environment.TickCount64 >= _pausedUntil && _waiting.TryDequeue(out var next))
            // A caller that gave up waiting takes no place.
            if (next.TrySetResult(_cuts))
                _underWay++;
    }
}
