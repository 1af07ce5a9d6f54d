using Attribution.Diagnostics;
using Polly;
using Polly.Retry;

namespace Attribution.Models.Hub;

/// <summary>
/// Repeats a request until it succeeds or several attempts in a row make no progress. The waits grow, unless the server asks for a certain wait.
/// </summary>
internal sealed class HubRetry(HubSettings settings, HubTransport transport, HubRepository repository)
{
    private const int MaxFruitless = 5;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private int _fruitless;

    /// <summary>Records that the current attempt made progress, which resets the count of attempts without progress.</summary>
    public void MadeProgress() => _fruitless = 0;

    /// <exception cref="AttributionException">ATTR1126: all attempts failed.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancel)
    {
        var pipeline = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = args => new(args.Outcome.Exception is HubTransientException e && ++_fruitless < MaxFruitless && !(e.RetryAfter > LongestWait)),
            DelayGenerator = args => new(((HubTransientException)args.Outcome.Exception!).RetryAfter is { } asked ? Max(asked, TimeSpan.Zero) : Backoff()),
        }).Build();
        try
        {
            return await pipeline.ExecuteAsync(async token => await attempt(token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
        catch (HubTransientException e)
        {
            var wait = e.RetryAfter > LongestWait ? $" and asks to wait {e.RetryAfter.Value.TotalMinutes:0} minutes" : "";
            throw transport.Unreachable(repository, e.Message + wait, e);
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    // Up to a quarter longer at random, so that many workers do not retry at the same moment.
    private TimeSpan Backoff() => settings.RetryDelay * Math.Pow(2, _fruitless - 1) * (1 + Random.Shared.NextDouble() / 4);
}

/// <summary>A request failed in a way that a retry may fix.</summary>
/// <param name="message">The failure, as part of a sentence.</param>
/// <param name="retryAfter">The wait that the server asks for.</param>
/// <param name="inner">The exception that caused it.</param>
internal sealed class HubTransientException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
