using Attribution.Tokenization;

namespace Attribution.Judging.Chat;

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
