using Attribution.Diagnostics;
using Attribution.Tokenization;

namespace Attribution.Judging.Chat;

/// <summary>A language model that answers conversations: behind a service or in this process. May be called from several threads at once.</summary>
public interface IChatCompletion : IDisposable
{
    /// <summary>The model's name, for people and for file names.</summary>
    string Name { get; }

    /// <summary>
    /// What besides the request a reply depends on: the kind of endpoint and the model. Not where the endpoint is: the same model behind another address
    /// gives the same replies.
    /// </summary>
    string Identity { get; }

    /// <summary>How many calls are worth having under way at once. The client itself keeps to what the endpoint bears.</summary>
    int Concurrency { get; }

    /// <summary>Answers a conversation.</summary>
    /// <param name="request">The conversation, and how to answer it.</param>
    /// <param name="cancellation">Ends the wait. A call that is under way may still be given time to end, so that what is paid for is kept.</param>
    /// <exception cref="AttributionException">ATTR1645 to ATTR1649: the endpoint refused, could not be reached, or may not be asked for more.</exception>
    ValueTask<ChatReply> CompleteAsync(ChatRequest request, CancellationToken cancellation = default);
}

/// <summary>A conversation to be answered. Two equal requests to equal models have one answer, which is paid for once.</summary>
/// <param name="Messages">The conversation; its last message is the user's.</param>
public sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>0 takes the likeliest tokens.</summary>
    public double Temperature { get; init; }

    /// <summary>Decides what is drawn, where the endpoint knows seeds. Ask for several answers to one conversation with several seeds.</summary>
    public long Seed { get; init; }

    /// <summary>The longest answer in tokens.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>The form of the answer, where the endpoint can be held to one; say it in the messages too. Null for free text.</summary>
    public ReplySchema? Schema { get; init; }
}

/// <summary>An answer to a conversation.</summary>
/// <param name="Text">What the model wrote.</param>
/// <param name="InputTokens">The tokens of the conversation, as the endpoint counts; 0 if it does not.</param>
/// <param name="OutputTokens">The tokens of the answer, as the endpoint counts; 0 if it does not.</param>
public sealed record ChatReply(string Text, int InputTokens, int OutputTokens)
{
    /// <summary>How the answer came to its end.</summary>
    public ReplyEnd End { get; init; }

    /// <summary>Whether the endpoint was not asked because the answer was at hand.</summary>
    public bool FromStore { get; init; }
}

/// <summary>How an answer of a model came to its end.</summary>
public enum ReplyEnd
{
    /// <summary>The model said that it is done, or the endpoint does not tell.</summary>
    Whole,

    /// <summary>The limit of tokens cut it (<c>finish_reason: length</c>).</summary>
    Cut,

    /// <summary>A content filter of the endpoint refused the conversation or the answer; the text is what the endpoint says of it.</summary>
    Filtered,
}

/// <summary>The form that an answer must have.</summary>
/// <param name="Name">Letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Json">A JSON schema in which every property is required and no other is allowed, as OpenAI's strict mode asks.</param>
public sealed record ReplySchema(string Name, string Json);

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
