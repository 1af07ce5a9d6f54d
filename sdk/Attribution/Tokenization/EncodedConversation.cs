namespace Attribution.Tokenization;

/// <summary>A conversation as tokens, with a mask of the tokens that count in the loss.</summary>
/// <param name="Ids">The token ids, <c>[T]</c>.</param>
/// <param name="Keep">True for tokens that count in the loss, <c>[T]</c>: by default those of the last assistant turn.</param>
/// <param name="Offsets">The range of <paramref name="Text"/> for each token, <c>[T]</c>.</param>
/// <param name="Text">The whole rendered text, before any truncation.</param>
/// <param name="KeepSpan">The range of <paramref name="Text"/> with the last assistant turn, before any truncation.</param>
/// <param name="Truncated">The number of tokens cut away on the left.</param>
public sealed record EncodedConversation(int[] Ids, bool[] Keep, TextSpan[] Offsets, string Text, TextSpan KeepSpan, int Truncated)
{
    /// <summary>
    /// Whether the template writes nothing for the answer: the answer is empty, or consists of fields that the template does not know, such as
    /// <c>tool_calls</c>. Such a row must be reported: its tokens are the same whatever the answer was meant to be. If all turns count, whether this is so for
    /// every one of them; empty turns among others are not in <see cref="Keep"/>.
    /// </summary>
    public bool AnswerIsEmpty { get; init; }

    /// <summary>
    /// Whether the answer was cut away, so that no token is left for the loss: the mean over <c>{t >= 1 : keep[t]}</c> is empty. Such a row must be reported;
    /// it has no vector.
    /// </summary>
    public bool AnswerIsCutAway => !Keep.AsSpan(Math.Min(1, Keep.Length)).Contains(true);
}

/// <summary>A conversation in the form that its model reads.</summary>
/// <param name="Text">The rendered text.</param>
/// <param name="LastAssistantTurn">The part of <paramref name="Text"/> with the last assistant turn that counts: from the end of the turn's header through the
/// last character that the template writes for the turn, with its end marker and the newline after it.</param>
public sealed record RenderedConversation(string Text, TextSpan LastAssistantTurn)
{
    /// <summary>
    /// The parts of <see cref="Text"/> that count in the loss, in order: the last assistant turn that counts, or all of them but the empty ones; if the
    /// template has <c>{% generation %}</c>, only what it writes inside that block.
    /// </summary>
    public IReadOnlyList<TextSpan> Kept { get; init; } = [LastAssistantTurn];

    /// <summary>
    /// Whether the template writes the same for the last assistant turn as for an empty turn; if all turns count, whether this is so for every one of them.
    /// </summary>
    public bool AnswerIsEmpty { get; init; }
}

/// <summary>The assistant turns of a conversation that count in the loss.</summary>
public enum LossTurns
{
    /// <summary>The last assistant turn.</summary>
    LastTurn,

    /// <summary>Every assistant turn.</summary>
    AllTurns,
}

/// <summary>The tokens of a text.</summary>
/// <param name="Ids">The token ids, <c>[T]</c>.</param>
/// <param name="Offsets">The range of the text for each token, <c>[T]</c>. Tokens with parts of one character's bytes all have that character's whole range;
/// special tokens from the post-processor have the empty range at 0.</param>
public sealed record TokenizedText(int[] Ids, TextSpan[] Offsets);

/// <summary>A range of a text, in UTF-16 units.</summary>
/// <param name="Start">The first unit.</param>
/// <param name="End">The unit after the last; equal to <paramref name="Start"/> for an empty range.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>The number of UTF-16 units.</summary>
    public int Length => End - Start;
}
