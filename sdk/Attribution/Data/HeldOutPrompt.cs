using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.Data;

/// <summary>A prompt that a model is to answer in evaluation.</summary>
/// <param name="Index">Its 0-based place in the file.</param>
/// <param name="Messages">The conversation so far, at least one message.</param>
/// <param name="Metadata">The other properties it came with, such as an id or a reference answer.</param>
public sealed record HeldOutPrompt(int Index, IReadOnlyList<ChatMessage> Messages, IReadOnlyDictionary<string, JsonElement> Metadata)
{
    /// <summary>What the chat template may read besides the messages, such as <c>tools</c>; null for nothing.</summary>
    public IReadOnlyDictionary<string, object?>? Variables { get; init; }

    /// <summary>Whether the conversation in the file went on with an answer, which is not part of the prompt.</summary>
    public bool AnswerWasCut { get; init; }
}
