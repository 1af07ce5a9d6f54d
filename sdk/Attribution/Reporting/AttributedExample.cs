using Attribution.Reporting.ContextAttribution;

namespace Attribution.Reporting;

/// <summary>A held-out example, with what its answer owes to its context by each method.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Index">The example's row there.</param>
/// <param name="Answers">The answer with its scores, by method.</param>
public sealed record AttributedExample(string Dataset, long Index, IReadOnlyDictionary<string, AttributedAnswer> Answers);
