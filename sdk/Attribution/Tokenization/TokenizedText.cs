namespace Attribution.Tokenization;

/// <summary>The tokens of a text.</summary>
/// <param name="Ids">The token ids, <c>[T]</c>.</param>
/// <param name="Offsets">
/// For each token the range of the text it stands for, <c>[T]</c>. Tokens that hold parts of one character's bytes all carry that
/// character's whole range; special tokens that the post-processor added carry the empty range at 0.
/// </param>
public sealed record TokenizedText(int[] Ids, TextSpan[] Offsets);
