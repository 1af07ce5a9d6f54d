using System.Text.Json;
using Attribution.ContextAttribution.Evaluation;
using Attribution.ContextAttribution.Examples;
using Attribution.Tokenization;

namespace Attribution.Pipeline.Context;

/// <summary>A line of <c>examples.jsonl</c>: a row and its answer.</summary>
/// <param name="Index">The 0-based index of the row in its file.</param>
/// <param name="Key">The row's content hash.</param>
/// <param name="Documents">The documents of the context.</param>
/// <param name="Query">The question.</param>
/// <param name="Previous">The earlier messages of the chat.</param>
/// <param name="GivenAnswer">The answer given in the row.</param>
/// <param name="Truth">What is known about where the answer comes from.</param>
/// <param name="Answer">The answer's text; null if there is none.</param>
/// <param name="Tokens">The answer's tokens.</param>
/// <param name="Complete">Whether the answer is complete.</param>
/// <param name="Excluded">The reason why there is no answer.</param>
internal sealed record ExampleLine(
    long Index, string Key, IReadOnlyList<string> Documents, string Query, IReadOnlyList<ChatMessage>? Previous, string? GivenAnswer,
        IReadOnlyList<string>? Truth,
    string? Answer, IReadOnlyList<int>? Tokens, bool? Complete, Exclusion? Excluded)
{
    /// <summary>The row as it was read.</summary>
    public ContextRow ToRow() => new(Index, Documents, Query)
    {
        Previous = Previous ?? [],
        Answer = GivenAnswer,
        Truth = Truth,
    };
}

/// <summary>The stored answer to one example.</summary>
/// <param name="Tokens">The answer's tokens, without the end token.</param>
/// <param name="Complete">Whether the answer is complete; a given answer is.</param>
internal sealed record GeneratedLine(IReadOnlyList<int> Tokens, bool Complete);

/// <summary>The stored scores of one example by one method.</summary>
/// <param name="Scores">The scores, [U][S].</param>
/// <param name="Lds">See <see cref="ScorerEvaluation"/>; null if there is none.</param>
/// <param name="Top1Drop">The drop in log-probability without the highest-scored source, in nats.</param>
/// <param name="Top3Drop">The drop without the 3 highest-scored sources.</param>
/// <param name="Top5Drop">The drop without the 5 highest-scored sources.</param>
/// <param name="ForwardPasses">The number of forward passes of the model.</param>
/// <param name="Seconds">The duration in seconds.</param>
internal sealed record ScoredLine(float[][] Scores, double? Lds, double? Top1Drop, double? Top3Drop, double? Top5Drop, double ForwardPasses, double Seconds)
{
    public static ScoredLine Of(float[][] scores, ScorerEvaluation e) =>
        new(scores, Readable.Finite(e.Lds), Readable.Finite(e.Top1Drop), Readable.Finite(e.Top3Drop), Readable.Finite(e.Top5Drop), e.ForwardPasses, e.Seconds);

    public ScorerEvaluation ToEvaluation(string method) =>
        new(method, Lds ?? double.NaN, Top1Drop ?? double.NaN, Top3Drop ?? double.NaN, Top5Drop ?? double.NaN, ForwardPasses, Seconds);
}

/// <summary>A line of <c>attributions.jsonl</c>: the sentences of one answer, with a score for each piece of the context.</summary>
internal sealed record AttributionLine(long Index, string Query, string Answer, IReadOnlyList<AttributedSource> Sources,
    IReadOnlyList<AttributedSentence> Sentences)
{
    public static AttributionLine Of(PreparedExample example, float[][] scores, IReadOnlyList<bool?> right) => new(
        example.Line.Index, example.Line.Query, example.Answer.Text,
        [.. example.Example.Sources.Select(s => new AttributedSource(s.Document, s.Span.Start, s.Span.End, s.Text))],
        [.. example.Example.Units.Select((u, i) => new AttributedSentence(u.Span.Start, u.Span.End, u.Text, scores[i], right[i]))]);
}

/// <summary>A piece of the context: a range of characters in one of its documents, without surrounding white space.</summary>
internal sealed record AttributedSource(int Document, int Start, int End, string Text);

/// <summary>A sentence of the answer, its range of characters, and a score for every source.</summary>
/// <param name="Start">The position of its first character in the answer.</param>
/// <param name="End">The position after its last character.</param>
/// <param name="Text">The sentence's text.</param>
/// <param name="Scores">The scores, [S], in the order of the sources.</param>
/// <param name="Right">Whether the highest-scored source is one that the sentence is known to come from.</param>
internal sealed record AttributedSentence(int Start, int End, string Text, IReadOnlyList<float> Scores, bool? Right);

/// <summary>A method's measures on the held-out examples of a dataset.</summary>
/// <param name="Examples">The number of examples.</param>
/// <param name="Sentences">The number of sentences in their answers.</param>
/// <param name="Excluded">The number of held-out examples that could not be attributed.</param>
/// <param name="Dropped">The number of pieces of contexts without a token of their own.</param>
/// <param name="Known">The number of sentences whose source is known.</param>
/// <param name="Right">The number of these sentences whose known source has the highest score.</param>
/// <param name="Mean">The means of all other measures.</param>
/// <param name="Each">The measures of every example, in order, for the intervals.</param>
internal sealed record MethodLine(
    int Examples, int Sentences, int Excluded, int Dropped, int Known, int Right, ScoredLine Mean, IReadOnlyList<MeasuredExample> Each)
{
    public const string File = "evaluation.json";

    public static MethodLine Of(string method, PreparedExamples examples, IReadOnlyList<ScoredLine> scored,
        IReadOnlyList<IReadOnlyList<bool?>> rightOf)
    {
        bool?[] right = [.. rightOf.SelectMany(r => r)];
        var mean = ContextEvaluator.Mean(scored.Select(s => (IReadOnlyList<ScorerEvaluation>)[s.ToEvaluation(method)])).Single();
        return new(scored.Count, right.Length, examples.Excluded.Values.Sum(), examples.Dropped, right.Count(r => r is not null), right.Count(r => r == true),
            ScoredLine.Of([], mean), [.. scored.Zip(rightOf, (s, r) =>
                new MeasuredExample(s.Lds, r.Count(known => known is not null), r.Count(known => known == true)))]);
    }

    public void Write(string path) => System.IO.File.WriteAllText(path, JsonSerializer.Serialize(this, Readable.Indented) + "\n");

    public static MethodLine Read(string path) => JsonSerializer.Deserialize<MethodLine>(System.IO.File.ReadAllBytes(path), Readable.Line)!;
}

/// <summary>A method's measures on one example.</summary>
/// <param name="Lds">See <see cref="ScorerEvaluation"/>; null if there is none.</param>
/// <param name="Known">The number of sentences whose source is known.</param>
/// <param name="Right">The number of these sentences whose known source has the highest score.</param>
internal sealed record MeasuredExample(double? Lds, int Known, int Right);
