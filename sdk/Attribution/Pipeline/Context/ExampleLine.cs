using Attribution.ContextAttribution.Examples;
using Attribution.Tokenization;

namespace Attribution.Pipeline.Context;

/// <summary>A line of <c>examples.jsonl</c>: a row and its answer.</summary>
/// <param name="Index">The row's 0-based place in its file.</param>
/// <param name="Key">The row's content hash.</param>
/// <param name="Documents">The context.</param>
/// <param name="Query">The question.</param>
/// <param name="Previous">The chat before.</param>
/// <param name="GivenAnswer">The answer that the row brought along.</param>
/// <param name="Truth">What is known of where the answer comes from.</param>
/// <param name="Answer">The answer's text; null without an answer.</param>
/// <param name="Tokens">The answer's tokens.</param>
/// <param name="Complete">Whether the answer came to its end.</param>
/// <param name="Excluded">Why there is no answer.</param>
internal sealed record ExampleLine(
    long Index, string Key, IReadOnlyList<string> Documents, string Query, IReadOnlyList<ChatMessage>? Previous, string? GivenAnswer, IReadOnlyList<string>? Truth,
    string? Answer, IReadOnlyList<int>? Tokens, bool? Complete, Exclusion? Excluded)
{
    /// <summary>The row as it was read.</summary>
    public ContextRow ToRow() => new(Index, Documents, Query)
    {
        Previous = Previous ?? [],
        Answer = GivenAnswer,
        Truth = Truth,
    };
}
