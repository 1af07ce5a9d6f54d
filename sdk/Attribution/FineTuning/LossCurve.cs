using System.Text.Json;

namespace Attribution.FineTuning;

/// <summary>Writes the loss curve of a training run: <c>loss.jsonl</c>, a line per step.</summary>
public sealed class LossCurve(string path) : IDisposable
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly StreamWriter _writer = new(path) { NewLine = "\n" };

    /// <summary>Appends a step: <c>step</c>, <c>epoch</c>, <c>loss</c>, <c>learning_rate</c>, <c>gradient_norm</c>, <c>tokens</c>.</summary>
    public void Add(TrainingStep step) => _writer.WriteLine(JsonSerializer.Serialize(step, Names));

    /// <summary>Completes the file.</summary>
    public void Dispose() => _writer.Dispose();
}
