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
    /// Whether the template writes nothing of the answer: it is an empty text, or all that it has is what the template does not know, such as
    /// <c>tool_calls</c>. Such a row is
    /// to be reported: its tokens are the same whatever it was meant to say.
    /// </summary>
    public bool AnswerIsEmpty { get; init; }

    /// <summary>
    /// Whether the answer was cut away, so that no token is left whose loss could be taken: the mean over <c>{t >= 1 : keep[t]}</c> is
    /// empty. Such a row is to be reported; it has no vector.
    /// </summary>
    public bool AnswerIsCutAway => !Keep.AsSpan(Math.Min(1, Keep.Length)).Contains(true);
}

/// <summary>A conversation as its model reads it.</summary>
/// <param name="Text">The rendered text.</param>
/// <param name="LastAssistantTurn">
/// The part of <paramref name="Text"/> that the last assistant turn that counts consists of: from behind the turn's header through the last character
/// that the template writes for the turn, its end marker and the newline behind it included.
/// </param>
public sealed record RenderedConversation(string Text, TextSpan LastAssistantTurn)
{
    /// <summary>
    /// The parts of <see cref="Text"/> whose loss counts, in order: the last assistant turn that counts, or all of them; and where the template has <c>{%
    /// generation %}</c>, what it writes inside of that alone.
    /// </summary>
    public IReadOnlyList<TextSpan> Kept { get; init; } = [LastAssistantTurn];

    /// <summary>Whether the template writes for the last assistant turn just what it writes for a turn that says nothing.</summary>
    public bool AnswerIsEmpty { get; init; }
}

/// <summary>Whose loss counts in a conversation of several assistant turns.</summary>
public enum LossTurns
{
    /// <summary>That of the last assistant turn.</summary>
    LastTurn,

    /// <summary>That of every assistant turn.</summary>
    AllTurns,
}

/// <summary>The tokens of a text.</summary>
/// <param name="Ids">The token ids, <c>[T]</c>.</param>
/// <param name="Offsets">
/// For each token the range of the text it stands for, <c>[T]</c>. Tokens that hold parts of one character's bytes all carry that
/// character's whole range; special tokens that the post-processor added carry the empty range at 0.
/// </param>
public sealed record TokenizedText(int[] Ids, TextSpan[] Offsets);

/// <summary>A range of a text, in UTF-16 units.</summary>
/// <param name="Start">The first unit.</param>
/// <param name="End">The unit after the last; equal to <paramref name="Start"/> for an empty range.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>The number of UTF-16 units.</summary>
    public int Length => End - Start;
}
