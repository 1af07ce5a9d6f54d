using System.Text.Json;

namespace Attribution.Tokenization;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks, in the words of the chat template: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</param>
/// <param name="Content">What is said, as plain text.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>
    /// What else the template may read from the message, such as <c>tool_calls</c>, <c>tool_call_id</c> or
    /// <c>reasoning_content</c>; a field named <c>content</c> takes the place of <see cref="Content"/> there.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Fields { get; init; }
}
