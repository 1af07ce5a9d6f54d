using System.Text.Json;
using Attribution.ContextAttribution;

namespace Attribution.Pipeline.Context;

/// <summary>How the estimator came to be, with the examples that never came to the training among those that were left out.</summary>
internal static class TrainingFacts
{
    public const string File = "training.json";

    public static void Write(string path, ScoreEstimatorTraining training) => System.IO.File.WriteAllText(path, JsonSerializer.Serialize(training, Readable.Indented) + "\n");

    public static ScoreEstimatorTraining Read(string path) => JsonSerializer.Deserialize<ScoreEstimatorTraining>(System.IO.File.ReadAllBytes(path), Readable.Line)!;
}
