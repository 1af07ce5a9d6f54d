using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Attribution.ContextAttribution;
using Attribution.Models.Safetensors;

namespace Attribution.Pipeline.Context;

/// <summary>
/// The features and outputs of examples as safetensors: for the i-th example <c>features.i</c> <c>[U, M, F]</c> and <c>outputs.i</c> <c>[U, M]</c>, float32.
/// </summary>
internal static class FeatureFile
{
    public static void Write(string path, IReadOnlyList<TaskFeatures> examples) => SafetensorsWriter.Write(path, examples.SelectMany((e, i) => new[]
    {
        Source($"features.{i:d8}", [e.UnitCount, e.MaskCount, e.FeatureCount], e.Features),
        Source($"outputs.{i:d8}", [e.UnitCount, e.MaskCount], e.Outputs),
    }));

    public static IReadOnlyList<TaskFeatures> Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return [.. Enumerable.Range(0, file.Entries.Count / 2).Select(i => Read(file, i.ToString("d8", CultureInfo.InvariantCulture)))];
    }

    private static TaskFeatures Read(SafetensorsFile file, string example)
    {
        var shape = file[$"features.{example}"].Shape;
        return new TaskFeatures((int)shape[0], (int)shape[1], (int)shape[2], Floats(file, $"features.{example}"), Floats(file, $"outputs.{example}"));
    }

    private static float[] Floats(SafetensorsFile file, string name)
    {
        using var bytes = file.Map(name);
        return MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray();
    }

    private static SafetensorsSource Source(string name, long[] shape, float[] values) =>
        new(name, SafetensorsDType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));
}

/// <summary>Facts about a file of features.</summary>
/// <param name="Model">The model.</param>
/// <param name="Examples">The number of examples.</param>
/// <param name="Excluded">The number of examples that were left out.</param>
/// <param name="Attention">The attention rule, one of <see cref="Contracts.AttentionFeatureNames"/>; null for the model's own attention.</param>
/// <param name="Sentences">The sentence rule, one of <see cref="Contracts.SentenceRuleNames"/>; null for <c>paragraph</c>.</param>
internal sealed record FeatureFacts(ModelIdentity Model, int Examples, int Excluded, string? Attention = null, string? Sentences = null)
{
    public const string File = "facts.json";

    public void Write(string path) => System.IO.File.WriteAllText(path, JsonSerializer.Serialize(this, Readable.Indented) + "\n");

    public static FeatureFacts Read(string path) => JsonSerializer.Deserialize<FeatureFacts>(System.IO.File.ReadAllBytes(path), Readable.Line)!;
}

/// <summary>The facts of the estimator's training. Examples that never reached the training count among those left out.</summary>
internal static class TrainingFacts
{
    public const string File = "training.json";

    public static void Write(string path, ScoreEstimatorTraining training) =>
        System.IO.File.WriteAllText(path, JsonSerializer.Serialize(training, Readable.Indented) + "\n");

    public static ScoreEstimatorTraining Read(string path) =>
        JsonSerializer.Deserialize<ScoreEstimatorTraining>(System.IO.File.ReadAllBytes(path), Readable.Line)!;
}
