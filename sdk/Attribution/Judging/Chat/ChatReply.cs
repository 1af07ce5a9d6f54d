namespace Attribution.Judging.Chat;

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
