using System.Security.Cryptography;
using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>A question and its context.</summary>
/// <param name="Index">The 0-based index of the row in its file, before any filter.</param>
/// <param name="Documents">The context's documents, usually one; empty if an answer is attributed to the thoughts before it.</param>
/// <param name="Query">The question.</param>
public sealed record ContextRow(long Index, IReadOnlyList<string> Documents, string Query)
{
    /// <summary>Earlier messages of the same chat, oldest first.</summary>
    public IReadOnlyList<ChatMessage> Previous { get; init; } = [];

    /// <summary>An answer to use instead of the model's own; null to have the model answer.</summary>
    public string? Answer { get; init; }

    /// <summary>
    /// The texts of the context that the answer is known to come from: one for every sentence of the answer, or one for all; null if not known.
    /// </summary>
    public IReadOnlyList<string>? Truth { get; init; }

    /// <summary>
    /// The SHA-256, in lower-case hexadecimal, of what the model reads of the row. It does not depend on the row's position or its other fields.
    /// </summary>
    public string ContentHash()
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new object?[] { Documents, Query, Previous.Select(Content), Answer });
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    // The template may write the other fields, such as tool_calls.
    private static object[] Content(ChatMessage message) => message.Fields is not { Count: > 0 } fields ? [message.Role, message.Content]
        : [message.Role, message.Content, fields.OrderBy(field => field.Key, StringComparer.Ordinal).ToDictionary()];
}
