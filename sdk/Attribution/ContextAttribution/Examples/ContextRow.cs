using System.Security.Cryptography;
using System.Text.Json;
using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>One question and what it is to be answered from.</summary>
/// <param name="Index">The row's 0-based place in its file, before any filter.</param>
/// <param name="Documents">The context's documents, mostly one; none where an answer is attributed to the thoughts before it.</param>
/// <param name="Query">The question.</param>
public sealed record ContextRow(long Index, IReadOnlyList<string> Documents, string Query)
{
    /// <summary>Earlier messages of the same chat, oldest first.</summary>
    public IReadOnlyList<ChatMessage> Previous { get; init; } = [];

    /// <summary>An answer to take in place of the model's own; null to let the model answer.</summary>
    public string? Answer { get; init; }

    /// <summary>
    /// What is known of which piece of the context an answer owes to: a text of the context for every sentence of the answer, or one for all; null if nothing
    /// is.
    /// </summary>
    public IReadOnlyList<string>? Truth { get; init; }

    /// <summary>SHA-256, in lower-case hex, of what the model reads of the row, wherever it stands and whatever else is known of it.</summary>
    public string ContentHash()
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new object?[] { Documents, Query, Previous.Select(m => new[] { m.Role, m.Content }), Answer });
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
