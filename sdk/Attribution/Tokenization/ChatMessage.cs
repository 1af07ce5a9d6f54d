using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attribution.Tokenization;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">The speaker, in the chat template's words: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</param>
/// <param name="Content">The plain text of the message.</param>
[JsonConverter(typeof(ChatMessageConverter))]
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>
    /// Other fields that the template may read, for example <c>tool_calls</c>, <c>tool_call_id</c> or <c>reasoning_content</c>. A field named <c>content</c>
    /// takes the place of <see cref="Content"/> there.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Fields { get; init; }

    /// <summary>Whether the message counts in the loss: false if <c>weight</c> is 0 or <c>train</c> is false among its fields.</summary>
    public bool Counts => Fields is null || !(Fields.TryGetValue("weight", out var weight) && weight.ValueKind == JsonValueKind.Number
        && weight.GetDouble() == 0)
        && !(Fields.TryGetValue("train", out var train) && train.ValueKind == JsonValueKind.False);

    /// <summary>The error in a field that decides whether the message counts; null if there is none.</summary>
    internal static string? Fault(string field, JsonElement value) => (field, value.ValueKind) switch
    {
        ("weight", JsonValueKind.Number) when value.GetDouble() is 0 or 1 => null,
        ("weight", _) => $"the weight {value.GetRawText()} is neither 0 nor 1. A message's loss counts or it does not; shares of it are not supported.",
        ("train", JsonValueKind.True or JsonValueKind.False) => null,
        ("train", _) => $"train is {value.GetRawText()}, neither true nor false.",
        _ => null,
    };
}
