namespace Attribution.Judging.Chat;

/// <summary>A call failed in a way that trying again may mend.</summary>
/// <param name="message">What happened, as part of a sentence.</param>
internal sealed class ChatFailure(string message) : Exception(message)
{
    /// <summary>Whether the endpoint is asked too much.</summary>
    public bool IsThrottling { get; init; }

    /// <summary>Whether the call never reached the endpoint, and so cost nothing.</summary>
    public bool WasNotSent { get; init; }

    /// <summary>How long the endpoint asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
