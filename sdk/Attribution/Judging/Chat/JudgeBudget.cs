using Attribution.Diagnostics;

namespace Attribution.Judging.Chat;

/// <summary>
/// The tokens that may still be paid for. A call sets aside the most that it can cost before it starts, and gives back what it did not; it waits while calls
/// under way hold what it needs, and is refused when even their end could not make room. So the budget is never passed.
/// </summary>
internal sealed class JudgeBudget(long? most)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _freed = New();
    private long _spent, _setAside;

    /// <summary>What has been paid for.</summary>
    public long Spent => Interlocked.Read(ref _spent);

    /// <summary>Sets tokens aside for a call.</summary>
    /// <exception cref="AttributionException">ATTR1649: it might pass the budget.</exception>
    public async Task SetAsideAsync(long tokens, CancellationToken cancellation)
    {
        while (true)
        {
            Task freed;
            lock (_gate)
            {
                if (most is null || _spent + _setAside + tokens <= most)
                {
                    _setAside += tokens;
                    return;
                }
                if (_setAside == 0)
                    throw new AttributionException(ErrorCodes.ChatBudget,
                        $"{_spent:N0} tokens of the budget of {most:N0} are spent, and the next call may need {tokens:N0}. Every reply is kept: give a "
                            + "larger JudgeBudgetTokens, or build again to spend as much once more.")
                    { Property = "JudgeBudgetTokens" };
                freed = _freed.Task;
            }
            await freed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Settles what a call set aside.</summary>
    /// <param name="setAside">What it set aside.</param>
    /// <param name="spent">What it cost.</param>
    public void Settle(long setAside, long spent)
    {
        TaskCompletionSource freed;
        lock (_gate)
        {
            _setAside -= setAside;
            _spent += spent;
            (freed, _freed) = (_freed, New());
        }
        freed.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
