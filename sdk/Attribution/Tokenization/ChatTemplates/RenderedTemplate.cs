namespace Attribution.Tokenization.ChatTemplates;

/// <summary>What a template rendered.</summary>
/// <param name="Text">The text.</param>
/// <param name="Turns">What each pass of a loop over the messages wrote, in the order of writing; none where the template writes its messages in another way.</param>
/// <param name="Generated">What the blocks of <c>{% generation %}</c> wrote, with the message whose pass they are in, -1 outside of any; null if one was written where its place is not known.</param>
internal sealed record RenderedTemplate(string Text, IReadOnlyList<TurnSpan> Turns, IReadOnlyList<TurnSpan>? Generated);

/// <summary>What one pass of a loop wrote for one message: UTF-16 positions in the rendered text.</summary>
internal readonly record struct TurnSpan(int Message, int Start, int End);
