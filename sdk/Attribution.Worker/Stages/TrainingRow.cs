using System.Text.Json.Serialization;
using Attribution.Data;

namespace Attribution.Worker.Stages;

/// <summary>A message as it is written in results.</summary>
internal sealed record WrittenMessage(string Role, string Content)
{
    public static IReadOnlyList<WrittenMessage>? Of(Conversation conversation) =>
        conversation is MessageConversation { Messages: var messages } ? [.. messages.Select(m => new WrittenMessage(m.Role, m.Content))] : null;
}

/// <summary>A row to train on, by the names that a <see cref="Dataset"/> has for it.</summary>
internal sealed record TrainingRow(
    [property: JsonPropertyName("treatment_messages")] IReadOnlyList<WrittenMessage>? Messages,
    [property: JsonPropertyName("treatment_tokens")] IReadOnlyList<int>? Tokens,
    [property: JsonPropertyName("treatment_keep")] IReadOnlyList<bool>? Keep)
{
    public static TrainingRow Of(DatasetRow row) => new(WrittenMessage.Of(row.Treatment), (row.Treatment as TokenConversation)?.Tokens, (row.Treatment as TokenConversation)?.Keep);
}

/// <summary>A line of <c>selected_train_data.jsonl</c>.</summary>
/// <param name="Rank">From 1, the highest score first.</param>
/// <param name="Idx">The row's index in its dataset.</param>
/// <param name="Score">Its score.</param>
/// <param name="Messages">The conversation; null if the row came as tokens.</param>
/// <param name="Tokens">The tokens that it came as.</param>
/// <param name="Keep">Their keep mask.</param>
internal sealed record SelectedRow(int Rank, long Idx, float Score, IReadOnlyList<WrittenMessage>? Messages, IReadOnlyList<int>? Tokens, IReadOnlyList<bool>? Keep)
{
    public static SelectedRow Of(DatasetRow row, int rank, float score)
    {
        var (messages, tokens, keep) = TrainingRow.Of(row);
        return new(rank, row.Index, score, messages, tokens, keep);
    }
}
