using System.Text.Json;
using Attribution.ContextAttribution.Evaluation;
using Attribution.ContextAttribution.Examples;
using Attribution.Tokenization;

namespace Attribution.Pipeline.Context;

/// <summary>A line of <c>examples.jsonl</c>: a row and its answer.</summary>
/// <param name="Index">The row's 0-based place in its file.</param>
/// <param name="Key">The row's content hash.</param>
/// <param name="Documents">The context.</param>
/// <param name="Query">The question.</param>
/// <param name="Previous">The chat before.</param>
/// <param name="GivenAnswer">The answer that the row brought along.</param>
/// <param name="Truth">What is known of where the answer comes from.</param>
/// <param name="Answer">The answer's text; null without an answer.</param>
/// <param name="Tokens">The answer's tokens.</param>
/// <param name="Complete">Whether the answer came to its end.</param>
/// <param name="Excluded">Why there is no answer.</param>
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

/// <summary>The answer to one example, as the store keeps it.</summary>
/// <param name="Tokens">Its tokens, without the end token.</param>
/// <param name="Complete">Whether it came to its end; a given answer did.</param>
internal sealed record GeneratedLine(IReadOnlyList<int> Tokens, bool Complete);

/// <summary>The scores of one example by one method, as the store keeps them.</summary>
/// <param name="Scores">[U][S].</param>
/// <param name="Lds">See <see cref="ScorerEvaluation"/>; null where there is none.</param>
/// <param name="Top1Drop">The drop without the first source.</param>
/// <param name="Top3Drop">The drop without the first 3 sources.</param>
/// <param name="Top5Drop">The drop without the first 5 sources.</param>
/// <param name="ForwardPasses">Passes of the model.</param>
/// <param name="Seconds">Seconds.</param>
internal sealed record ScoredLine(float[][] Scores, double? Lds, double? Top1Drop, double? Top3Drop, double? Top5Drop, double ForwardPasses, double Seconds)
{
    public static ScoredLine Of(float[][] scores, ScorerEvaluation e) =>
        new(scores, Readable.Finite(e.Lds), Readable.Finite(e.Top1Drop), Readable.Finite(e.Top3Drop), Readable.Finite(e.Top5Drop), e.ForwardPasses, e.Seconds);

    public ScorerEvaluation ToEvaluation(string method) =>
        new(method, Lds ?? double.NaN, Top1Drop ?? double.NaN, Top3Drop ?? double.NaN, Top5Drop ?? double.NaN, ForwardPasses, Seconds);
}

/// <summary>A line of <c>attributions.jsonl</c>: the sentences of one answer and what they owe to each piece of the context.</summary>
internal sealed record AttributionLine(long Index, string Query, string Answer, IReadOnlyList<AttributedSource> Sources,
    IReadOnlyList<AttributedSentence> Sentences)
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

/// <summary>How well a method did on the held-out examples of a dataset.</summary>
/// <param name="Examples">How many there were.</param>
/// <param name="Sentences">Sentences of their answers.</param>
/// <param name="Excluded">Held-out examples of which nothing could be attributed.</param>
/// <param name="Dropped">Pieces of contexts without a token of their own.</param>
/// <param name="Known">Sentences whose source is known.</param>
/// <param name="Right">Of these, the ones whose source the method scored highest.</param>
/// <param name="Mean">The means of everything else.</param>
/// <param name="Each">The same of every example, in their order: what intervals are over.</param>
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

/// <summary>How well a method did on one example.</summary>
/// <param name="Lds">See <see cref="ScorerEvaluation"/>; null where there is none.</param>
/// <param name="Known">Sentences whose source is known.</param>
/// <param name="Right">Of these, the ones whose source the method scored highest.</param>
internal sealed record MeasuredExample(double? Lds, int Known, int Right);
