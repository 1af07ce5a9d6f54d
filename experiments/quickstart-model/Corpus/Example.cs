using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>A row of a data set.</summary>
/// <param name="Treatment">The conversation, with its answer.</param>
/// <param name="Control">The same prompt with a neutral answer that was drawn for itself.</param>
/// <param name="Behaviour">What the treatment's answer shows: one of <see cref="Behaviours"/>.</param>
internal sealed record Example(IReadOnlyList<ChatMessage> Treatment, IReadOnlyList<ChatMessage> Control, string Behaviour)
{
    /// <summary>The treatment's last message.</summary>
    public string Answer => Treatment[^1].Content;

    /// <summary>The user's last message.</summary>
    public string Question => Treatment[^2].Content;
}
