using System.Text.Json;

namespace Attribution.FineTuning;

/// <summary>Writes the loss curve of a training run: <c>loss.jsonl</c>, one line per step.</summary>
internal sealed class LossCurve(string path) : IDisposable
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly StreamWriter _writer = new(path) { NewLine = "\n" };

    /// <summary>Appends a step: <c>step</c>, <c>epoch</c>, <c>loss</c>, <c>learning_rate</c>, <c>gradient_norm</c>, <c>tokens</c>.</summary>
    public void Add(TrainingStep step) => _writer.WriteLine(JsonSerializer.Serialize(step, Names));

    /// <summary>Completes the file.</summary>
    public void Dispose() => _writer.Dispose();
}

/// <summary>One step of training, as a line of the loss curve.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Epoch">The number of epochs finished after the step, with fractions: 0.5 means half of the rows once.</param>
/// <param name="Loss">The mean of the rows' losses before the update.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="GradientNorm">The norm of the adapter's gradient.</param>
/// <param name="Tokens">The number of tokens in the losses.</param>
public readonly record struct TrainingStep(int Step, double Epoch, double Loss, double LearningRate, double GradientNorm, int Tokens);
