namespace Attribution.Tokenization;

/// <summary>A conversation as its model reads it.</summary>
/// <param name="Text">The rendered text.</param>
/// <param name="LastAssistantTurn">
/// The part of <paramref name="Text"/> that the last assistant turn that counts consists of: from behind the turn's header through the last character
/// that the template writes for the turn, its end marker and the newline behind it included.
/// </param>
public sealed record RenderedConversation(string Text, TextSpan LastAssistantTurn)
{
    /// <summary>
    /// The parts of <see cref="Text"/> whose loss counts, in order: the last assistant turn that counts, or all of them; and where the template has <c>{% generation %}</c>,
    /// what it writes inside of that alone.
    /// </summary>
    public IReadOnlyList<TextSpan> Kept { get; init; } = [LastAssistantTurn];

    /// <summary>Whether the template writes for the last assistant turn just what it writes for a turn that says nothing.</summary>
    public bool AnswerIsEmpty { get; init; }
}
