namespace Attribution.Judging.Chat;

/// <summary>The form that an answer must have.</summary>
/// <param name="Name">Letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Json">A JSON schema in which every property is required and no other is allowed, as OpenAI's strict mode asks.</param>
public sealed record ReplySchema(string Name, string Json);
