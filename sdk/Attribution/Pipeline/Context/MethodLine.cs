using System.Text.Json;
using Attribution.ContextAttribution.Evaluation;

namespace Attribution.Pipeline.Context;

/// <summary>How well a method did on the held-out examples of a dataset.</summary>
/// <param name="Examples">How many there were.</param>
/// <param name="Sentences">Sentences of their answers.</param>
/// <param name="Excluded">Held-out examples of which nothing could be attributed.</param>
/// <param name="Dropped">Pieces of contexts without a token of their own.</param>
/// <param name="Known">Sentences whose source is known.</param>
/// <param name="Right">Of these, the ones whose source the method scored highest.</param>
/// <param name="Mean">The means of everything else.</param>
internal sealed record MethodLine(int Examples, int Sentences, int Excluded, int Dropped, int Known, int Right, ScoredLine Mean)
{
    public const string File = "evaluation.json";

    public static MethodLine Of(string method, PreparedExamples examples, IReadOnlyList<ScoredLine> scored, IReadOnlyList<bool?> right)
    {
        var mean = ContextEvaluator.Mean(scored.Select(s => (IReadOnlyList<ScorerEvaluation>)[s.ToEvaluation(method)])).Single();
        return new(scored.Count, right.Count, examples.Excluded.Values.Sum(), examples.Dropped, right.Count(r => r is not null), right.Count(r => r == true), ScoredLine.Of([], mean));
    }

    public void Write(string path) => System.IO.File.WriteAllText(path, JsonSerializer.Serialize(this, Readable.Indented) + "\n");

    public static MethodLine Read(string path) => JsonSerializer.Deserialize<MethodLine>(System.IO.File.ReadAllBytes(path), Readable.Line)!;
}
