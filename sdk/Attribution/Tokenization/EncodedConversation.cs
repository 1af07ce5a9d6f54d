namespace Attribution.Tokenization;

/// <summary>A conversation as tokens, with the tokens whose loss counts.</summary>
/// <param name="Ids">The token ids, <c>[T]</c>.</param>
/// <param name="Keep">True on the tokens whose loss counts, <c>[T]</c>: those of the last assistant turn unless told otherwise.</param>
/// <param name="Offsets">The range of <paramref name="Text"/> that each token stands for, <c>[T]</c>.</param>
/// <param name="Text">The whole rendered text, before any truncation.</param>
/// <param name="KeepSpan">The range of <paramref name="Text"/> that the last assistant turn is, before any truncation.</param>
/// <param name="Truncated">How many tokens were cut away on the left.</param>
public sealed record EncodedConversation(int[] Ids, bool[] Keep, TextSpan[] Offsets, string Text, TextSpan KeepSpan, int Truncated)
{
    /// <summary>
    /// Whether the template writes nothing of the answer: it is an empty text, or all that it has is what the template does not know, such as <c>tool_calls</c>. Such a row is
    /// to be reported: its tokens are the same whatever it was meant to say.
    /// </summary>
    public bool AnswerIsEmpty { get; init; }

    /// <summary>
    /// Whether the answer was cut away, so that no token is left whose loss could be taken: the mean over <c>{t >= 1 : keep[t]}</c> is
    /// empty. Such a row is to be reported; it has no vector.
    /// </summary>
    public bool AnswerIsCutAway => !Keep.AsSpan(Math.Min(1, Keep.Length)).Contains(true);
}
