namespace Attribution.Judging.Chat;

/// <summary>Which model to ask behind an OpenAI-compatible endpoint, and how patiently.</summary>
public sealed record ChatOptions
{
    /// <summary>The model that judges unless another is named.</summary>
    public const string DefaultModel = "gpt-4.1-mini-2025-04-14";

    /// <summary>OpenAI's own endpoint.</summary>
    public static Uri DefaultEndpoint { get; } = new("https://api.openai.com/v1");

    /// <summary>The model's name at the endpoint.</summary>
    public string Model { get; init; } = DefaultModel;

    /// <summary>The address below which <c>chat/completions</c> lies.</summary>
    public Uri Endpoint { get; init; } = DefaultEndpoint;

    /// <summary>The most calls under way at once; fewer while the endpoint says that it is asked too much.</summary>
    public int Concurrency { get; init; } = 50;

    /// <summary>The most tokens, of conversations and answers together, that may be paid for through one client; null for no limit.</summary>
    public long? BudgetTokens { get; init; }

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often a call that failed in passing is made in all.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>The wait before a second attempt; it doubles with each one that follows, up to a minute.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long calls that are under way may take to end once the caller has cancelled.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>Which of the parts that not every endpoint knows a call has.</summary>
/// <param name="Schema">Whether answers are held to a schema by <c>response_format</c>.</param>
/// <param name="Seed">Whether the seed is sent.</param>
/// <param name="Temperature">Whether the temperature is sent; reasoning models take none but their own.</param>
/// <param name="TokenLimit">What the limit of tokens is called; null where none is sent.</param>
internal sealed record ChatForm(bool Schema = true, bool Seed = true, bool Temperature = true, string? TokenLimit = ChatForm.NewLimit)
{
    /// <summary>The limit's name at OpenAI, and its older name, which others still have.</summary>
    public const string NewLimit = "max_completion_tokens", OldLimit = "max_tokens";
}
