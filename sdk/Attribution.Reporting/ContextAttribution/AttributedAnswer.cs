using Attribution.ContextAttribution.Examples;
using Attribution.Tokenization;

namespace Attribution.Reporting.ContextAttribution;

/// <summary>An answer with the scores of its sentences for the pieces of the texts before it, as shown by <see cref="AttributedAnswerHtml"/>.</summary>
/// <param name="Query">The question.</param>
/// <param name="Documents">The texts: the context's documents, or the thoughts.</param>
/// <param name="Sources">Their pieces, in order: the document, and the range of characters.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Sentences">Its sentences, in order.</param>
public sealed record AttributedAnswer(string Query, IReadOnlyList<string> Documents, IReadOnlyList<(int Document, TextSpan Span)> Sources, string Answer,
    IReadOnlyList<ScoredSentence> Sentences)
{
    /// <summary>An example with its scores.</summary>
    /// <param name="query">The question.</param>
    /// <param name="documents">The texts that the example's sources are pieces of.</param>
    /// <param name="example">The example.</param>
    /// <param name="answer">The answer's text.</param>
    /// <param name="scores">The scores, [U][S].</param>
    public static AttributedAnswer Of(string query, IReadOnlyList<string> documents, ContextExample example, string answer,
        IReadOnlyList<IReadOnlyList<float>> scores) => new(
        query, documents, [.. example.Sources.Select(s => (s.Document, s.Span))], answer,
            [.. example.Units.Select((u, i) => new ScoredSentence(u.Span, scores[i]))]);
}

/// <summary>A sentence of an answer with its scores.</summary>
/// <param name="Span">The range of characters in the answer.</param>
/// <param name="Scores">A score for each source.</param>
public sealed record ScoredSentence(TextSpan Span, IReadOnlyList<float> Scores);
