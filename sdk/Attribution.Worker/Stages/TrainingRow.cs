using System.Text.Json.Serialization;
using Attribution.Data;

namespace Attribution.Worker.Stages;

/// <summary>A row to train on, by the names that a <see cref="Dataset"/> has for its columns.</summary>
internal sealed record TrainingRow(
    [property: JsonPropertyName("treatment_messages")] IReadOnlyList<WrittenMessage>? Messages,
    [property: JsonPropertyName("treatment_tokens")] IReadOnlyList<int>? Tokens,
    [property: JsonPropertyName("treatment_keep")] IReadOnlyList<bool>? Keep)
{
    public static TrainingRow Of(Conversation conversation) => conversation is TokenConversation { Tokens: var tokens, Keep: var keep }
        ? new(null, tokens, keep)
        : new([.. ((MessageConversation)conversation).Messages.Select(m => new WrittenMessage(m.Role, m.Content))], null, null);
}

/// <summary>A message as it is written in results.</summary>
internal sealed record WrittenMessage(string Role, string Content);
