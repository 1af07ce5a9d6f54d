using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Judging.Chat;

/// <summary>A language model that answers conversations, at a service or in this process. May be called from several threads at the same time.</summary>
public interface IChatCompletion : IDisposable
{
    /// <summary>The model's name, for display and for file names.</summary>
    string Name { get; }

    /// <summary>
    /// Everything besides the request that a reply depends on: the kind of endpoint and the model. Not the address: the same model at another address gives the
    /// same replies.
    /// </summary>
    string Identity { get; }

    /// <summary>The useful number of concurrent calls. The client itself respects the endpoint's limits.</summary>
    int Concurrency { get; }

    /// <summary>Answers a conversation.</summary>
    /// <param name="request">The conversation, and how to answer it.</param>
    /// <param name="cancellation">Cancels the wait. A running call may still get time to finish, so that what is paid for is kept.</param>
    /// <exception cref="AttributionException">ATTR1645 to ATTR1649: the endpoint refused, could not be reached, or may not be called any more.</exception>
    ValueTask<ChatReply> CompleteAsync(ChatRequest request, CancellationToken cancellation = default);
}

/// <summary>A conversation to be answered. Equal requests to equal models have one answer, which is paid for once.</summary>
/// <param name="Messages">The conversation; its last message is the user's.</param>
public sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>The sampling temperature; 0 takes the likeliest tokens.</summary>
    public double Temperature { get; init; }

    /// <summary>The sampling seed, if the endpoint supports seeds. To get several answers to one conversation, use several seeds.</summary>
    public long Seed { get; init; }

    /// <summary>The length limit of the answer, in tokens.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>The form of the answer, if the endpoint can enforce one; describe it in the messages too. Null for free text.</summary>
    public ReplySchema? Schema { get; init; }
}

/// <summary>An answer to a conversation.</summary>
/// <param name="Text">The model's answer.</param>
/// <param name="InputTokens">The number of tokens in the conversation by the endpoint's count; 0 if it does not count.</param>
/// <param name="OutputTokens">The number of tokens in the answer by the endpoint's count; 0 if it does not count.</param>
public sealed record ChatReply(string Text, int InputTokens, int OutputTokens)
{
    /// <summary>How the answer ended.</summary>
    public ReplyEnd End { get; init; }

    /// <summary>Whether the answer came from the store, without a call.</summary>
    public bool FromStore { get; init; }
}

/// <summary>How a model's answer ended.</summary>
public enum ReplyEnd
{
    /// <summary>The model ended it, or the endpoint does not say.</summary>
    Whole,

    /// <summary>The token limit cut it (<c>finish_reason: length</c>).</summary>
    Cut,

    /// <summary>A content filter of the endpoint refused the conversation or the answer; the text is the endpoint's explanation.</summary>
    Filtered,
}

/// <summary>The required form of an answer.</summary>
/// <param name="Name">Letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Json">A JSON schema in which every property is required and no other is allowed, as OpenAI's strict mode needs.</param>
public sealed record ReplySchema(string Name, string Json);

/// <summary>Inside of an error: the endpoint refused the call because the model's window has no room for as many tokens.</summary>
internal sealed class NoRoomException : Exception;

/// <summary>A call failed in a way that a retry may fix.</summary>
/// <param name="message">The failure, as part of a sentence.</param>
internal sealed class ChatFailure(string message) : Exception(message)
{
    /// <summary>Whether the endpoint gets too many requests.</summary>
    public bool IsThrottling { get; init; }

    /// <summary>Whether the call never reached the endpoint, and so cost nothing.</summary>
    public bool WasNotSent { get; init; }

    /// <summary>The wait that the endpoint asks for.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
