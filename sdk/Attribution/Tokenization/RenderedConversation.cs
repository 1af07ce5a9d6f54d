namespace Attribution.Tokenization;

/// <summary>A conversation as its model reads it.</summary>
/// <param name="Text">The rendered text.</param>
/// <param name="LastAssistantTurn">
/// The part of <paramref name="Text"/> that the last assistant turn consists of: from behind the turn's header through the last character
/// that the template writes for the turn, its end marker and the newline behind it included.
/// </param>
public sealed record RenderedConversation(string Text, TextSpan LastAssistantTurn);
