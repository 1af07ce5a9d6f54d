using Attribution.Diagnostics;

namespace Attribution.Judging.Chat;

/// <summary>
/// The tokens that may still be paid for. Before a call starts, it reserves the most that it can cost, and afterwards it releases the rest. A call waits while
/// running calls hold what it needs, and is refused if even their end could not make room. So the budget is never exceeded.
/// </summary>
internal sealed class JudgeBudget(long? most)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _freed = New();
    private long _spent, _setAside;

    /// <summary>The number of tokens paid for.</summary>
    public long Spent => Interlocked.Read(ref _spent);

    /// <summary>Reserves tokens for a call.</summary>
    /// <exception cref="AttributionException">ATTR1649: the call might exceed the budget.</exception>
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

    /// <summary>Settles a call's reservation.</summary>
    /// <param name="setAside">The reserved number of tokens.</param>
    /// <param name="spent">The tokens that the call cost.</param>
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
