namespace Attribution.Judging.Chat;

/// <summary>The model to call at an OpenAI-compatible endpoint, and the limits of the calls.</summary>
public sealed record ChatOptions
{
    /// <summary>The default judging model.</summary>
    public const string DefaultModel = "gpt-4.1-mini-2025-04-14";

    /// <summary>OpenAI's own endpoint.</summary>
    public static Uri DefaultEndpoint { get; } = new("https://api.openai.com/v1");

    /// <summary>The model's name at the endpoint.</summary>
    public string Model { get; init; } = DefaultModel;

    /// <summary>The base address, to which <c>chat/completions</c> is appended.</summary>
    public Uri Endpoint { get; init; } = DefaultEndpoint;

    /// <summary>The greatest number of concurrent calls. It falls while the endpoint reports too many requests.</summary>
    public int Concurrency { get; init; } = 50;

    /// <summary>The greatest number of tokens, in conversations and answers together, that may be paid for through one client; null for no limit.</summary>
    public long? BudgetTokens { get; init; }

    /// <summary>The time limit of one call.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The greatest number of attempts for a call that fails temporarily.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>The wait before the second attempt; it doubles with each further attempt, up to a minute.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The time that running calls get to finish after the caller has cancelled.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The optional parts of a call, which not every endpoint supports.</summary>
/// <param name="Schema">Whether <c>response_format</c> enforces a schema.</param>
/// <param name="Seed">Whether the seed is sent.</param>
/// <param name="Temperature">Whether the temperature is sent; reasoning models accept only their own.</param>
/// <param name="TokenLimit">The name of the token limit; null if none is sent.</param>
internal sealed record ChatForm(bool Schema = true, bool Seed = true, bool Temperature = true, string? TokenLimit = ChatForm.NewLimit)
{
    /// <summary>OpenAI's name of the limit, and its older name, which other endpoints still use.</summary>
    public const string NewLimit = "max_completion_tokens", OldLimit = "max_tokens";
}
