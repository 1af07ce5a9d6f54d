namespace Attribution.Judging.Chat;

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
