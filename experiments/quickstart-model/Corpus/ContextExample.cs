namespace QuickstartModel.Corpus;

/// <summary>A context, a question that it answers, and where it does so.</summary>
/// <param name="Context">Sentences about several people.</param>
/// <param name="Query">One question or two.</param>
/// <param name="Answer">A sentence for each question.</param>
/// <param name="Truth">For each sentence of the answer, the sentence of the context that holds the fact it repeats.</param>
internal sealed record ContextExample(string Context, string Query, string Answer, IReadOnlyList<string> Truth);
