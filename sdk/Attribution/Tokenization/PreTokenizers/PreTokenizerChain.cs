namespace Attribution.Tokenization.PreTokenizers;

/// <summary>The pre-tokenizers in the order in which they are applied.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="EndsInBytes">Whether <c>ByteLevel</c> comes last, so that the model may read the pieces' bytes.</param>
/// <param name="LooksAtOrigin">Whether a step asks where a piece lies in the original text.</param>
internal sealed record PreTokenizerChain(IReadOnlyList<PreTokenizer> Steps, bool EndsInBytes, bool LooksAtOrigin);
