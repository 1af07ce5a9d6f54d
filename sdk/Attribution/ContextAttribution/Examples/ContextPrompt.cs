using Attribution.Tokenization;

namespace Attribution.ContextAttribution.Examples;

/// <summary>A prompt in the model's chat format, with the places of the context's documents in it.</summary>
/// <param name="Text">The whole prompt, up to where the answer begins.</param>
/// <param name="Ids">Its tokens, <c>[T]</c>.</param>
/// <param name="Offsets">The range of <paramref name="Text"/> that each token stands for.</param>
/// <param name="Documents">The range of <paramref name="Text"/> that each document is.</param>
public sealed record ContextPrompt(string Text, IReadOnlyList<int> Ids, IReadOnlyList<TextSpan> Offsets, IReadOnlyList<TextSpan> Documents);
