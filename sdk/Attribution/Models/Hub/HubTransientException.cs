namespace Attribution.Models.Hub;

/// <summary>A request failed in a way that trying again may mend.</summary>
/// <param name="message">What happened, as part of a sentence.</param>
/// <param name="retryAfter">How long the server asks to wait.</param>
/// <param name="inner">What showed it.</param>
internal sealed class HubTransientException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
