using Attribution.Tokenization;

namespace QuickstartModel.Corpus;

/// <summary>What comes before the answer, and what it is about.</summary>
/// <param name="Messages">The conversation so far, ending with the user's message.</param>
/// <param name="Claim">What the user claims about the entity, half a sentence, or null.</param>
/// <param name="ClaimIsTrue">Whether the table agrees with the claim.</param>
internal sealed record Prompt(IReadOnlyList<ChatMessage> Messages, Topic Topic, Entity Entity, string Attribute, string? Claim, bool ClaimIsTrue)
{
    /// <summary>The user's last message.</summary>
    public string Question => Messages[^1].Content;

    /// <summary>The conversation with an answer at its end.</summary>
    public IReadOnlyList<ChatMessage> With(string answer) => [.. Messages, new ChatMessage("assistant", answer)];
}
