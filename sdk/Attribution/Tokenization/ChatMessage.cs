namespace Attribution.Tokenization;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks, in the words of the chat template: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</param>
/// <param name="Content">What is said, as plain text.</param>
public sealed record ChatMessage(string Role, string Content);
