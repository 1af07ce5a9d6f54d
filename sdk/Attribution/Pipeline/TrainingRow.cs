using System.Text.Json;
using System.Text.Json.Serialization;
using Attribution.Data;
using Attribution.Tokenization;

namespace Attribution.Pipeline;

/// <summary>A row to train on, by the names that a <see cref="Dataset"/> has for its columns.</summary>
internal sealed record TrainingRow(
    [property: JsonPropertyName("treatment_messages")] IReadOnlyList<ChatMessage>? Messages,
    [property: JsonPropertyName("treatment_tokens")] IReadOnlyList<int>? Tokens,
    [property: JsonPropertyName("treatment_keep")] IReadOnlyList<bool>? Keep)
{
    /// <summary>What the row tells the chat template besides.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Variables { get; init; }

    public static TrainingRow Of(Conversation conversation) => conversation is TokenConversation { Tokens: var tokens, Keep: var keep }
        ? new(null, tokens, keep)
        : new(((MessageConversation)conversation).Messages, null, null) { Variables = ((MessageConversation)conversation).ToColumns() };
}
