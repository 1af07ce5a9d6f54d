using Attribution.ContextAttribution.Examples;

namespace Attribution.Pipeline.Context;

/// <summary>A line of <c>attributions.jsonl</c>: the sentences of one answer and what they owe to each piece of the context.</summary>
internal sealed record AttributionLine(long Index, string Query, string Answer, IReadOnlyList<AttributedSource> Sources, IReadOnlyList<AttributedSentence> Sentences)
{
    public static AttributionLine Of(PreparedExample example, float[][] scores, IReadOnlyList<bool?> right) => new(
        example.Line.Index, example.Line.Query, example.Answer.Text,
        [.. example.Example.Sources.Select(s => new AttributedSource(s.Document, s.Span.Start, s.Span.End, s.Text))],
        [.. example.Example.Units.Select((u, i) => new AttributedSentence(u.Span.Start, u.Span.End, u.Text, scores[i], right[i]))]);
}

/// <summary>A piece of the context: characters of one of its documents, without the white space around that.</summary>
internal sealed record AttributedSource(int Document, int Start, int End, string Text);

/// <summary>A sentence of the answer, its characters there, and a score for every source.</summary>
/// <param name="Start">Its first character in the answer.</param>
/// <param name="End">The character behind its last.</param>
/// <param name="Text">The sentence.</param>
/// <param name="Scores">[S], in the order of the sources.</param>
/// <param name="Right">Whether the highest-scored source is one that the sentence is known to owe to.</param>
internal sealed record AttributedSentence(int Start, int End, string Text, IReadOnlyList<float> Scores, bool? Right);
