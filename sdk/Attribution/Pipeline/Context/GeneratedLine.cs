namespace Attribution.Pipeline.Context;

/// <summary>The answer to one example, as the store keeps it.</summary>
/// <param name="Tokens">Its tokens, without the end token.</param>
/// <param name="Complete">Whether it came to its end; a given answer did.</param>
internal sealed record GeneratedLine(IReadOnlyList<int> Tokens, bool Complete);
