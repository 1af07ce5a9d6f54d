using Attribution.Models;

namespace Attribution.Methods;

/// <summary>One row of a dataset, tokenised.</summary>
/// <param name="Index">Its 0-based place in the dataset.</param>
/// <param name="Treatment">The conversation that shows the behaviour.</param>
/// <param name="Control">The same prompt answered without it; null where the dataset has none.</param>
public sealed record TokenizedRow(long Index, TokenSequence Treatment, TokenSequence? Control = null);
