namespace Attribution.Models.Generation;

/// <summary>What was generated for one prompt.</summary>
/// <param name="Tokens">The new tokens, without the stop token.</param>
/// <param name="StopToken">The token that ended the text; null where the maximum or the model's longest sequence did.</param>
public sealed record GeneratedText(IReadOnlyList<int> Tokens, int? StopToken);
