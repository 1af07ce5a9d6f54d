using System.Text.Json;
using Attribution.FineTuning;
using Attribution.Models;
using Attribution.Models.Lora;
using Attribution.Models.Safetensors;
using Attribution.Tensors;
using static TorchSharp.torch;

namespace Attribution.Methods.Less;

/// <summary>
/// A checkpoint of the warm-up of <c>less</c>, in its own folder: the adapter in PEFT's form; <c>optimizer.safetensors</c> with Adam's first and second moments
/// for each matrix of the adapter; and <c>checkpoint.json</c>.
/// </summary>
internal sealed class LessCheckpoint : IDisposable
{
    private const string OptimizerFile = "optimizer.safetensors", FactsFile = "checkpoint.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    private readonly IReadOnlyList<(Tensor Mean, Tensor Square)> _moments;
    private readonly LessCheckpointFacts _facts;

    private LessCheckpoint(LoraAdapter adapter, LessCheckpointFacts facts, IReadOnlyList<(Tensor Mean, Tensor Square)> moments) =>
        (Adapter, _facts, _moments) = (adapter, facts, moments);

    /// <summary>The adapter, attached to its model.</summary>
    public LoraAdapter Adapter { get; }

    /// <summary>The mean learning rate of the epoch that ended with this checkpoint.</summary>
    public double LearningRate => _facts.LearningRate;

    /// <summary>The folder of a checkpoint.</summary>
    /// <param name="folder">The warm-up's folder.</param>
    /// <param name="epoch">The epoch, from 1.</param>
    public static string FolderOf(string folder, int epoch) => Path.Combine(folder, $"epoch-{epoch}");

    /// <summary>Writes a checkpoint.</summary>
    public static void Save(string folder, TrainingCheckpoint checkpoint, string? baseModel)
    {
        checkpoint.Adapter.Save(folder, baseModel);
        SafetensorsTensors.Save(Path.Combine(folder, OptimizerFile), checkpoint.Optimizer.Moments.Index().SelectMany(m => new KeyValuePair<string, Tensor>[]
        {
            new($"{m.Index}.mean", m.Item.Mean), new($"{m.Index}.square", m.Item.Square),
        }));
        File.WriteAllText(Path.Combine(folder, FactsFile), JsonSerializer.Serialize(new LessCheckpointFacts(checkpoint.LearningRate,
            checkpoint.Optimizer.Steps), Json) + "\n");
    }

    /// <summary>Attaches the adapter of a checkpoint to its model until the result is disposed.</summary>
    public static LessCheckpoint Load(CausalLanguageModel model, string folder)
    {
        var facts = JsonSerializer.Deserialize<LessCheckpointFacts>(File.ReadAllBytes(Path.Combine(folder, FactsFile)), Json)!;
        var adapter = LoraAdapter.Load(model, folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, OptimizerFile));
        Tensor Moment(int place, string which) => file.Load($"{place}.{which}", device: model.Transformer.Device).DetachFromDisposeScope();
        return new(adapter, facts, [.. adapter.Parameters.Select((_, place) => (Moment(place, "mean"), Moment(place, "square")))]);
    }

    /// <summary>
    /// The direction of Adam's next step with one more gradient g: <c>(m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)</c> with <c>m = b1 m + (1 - b1) g</c>
    /// and <c>v = b2 v + (1 - b2) g^2</c>, where t is one more than the number of steps taken.
    /// </summary>
    /// <param name="place">The index of the parameter among the adapter's.</param>
    /// <param name="gradient">g, in the parameter's shape.</param>
    public Tensor Precondition(int place, Tensor gradient)
    {
        var (b1, b2) = (LoraFineTuner.Beta1, LoraFineTuner.Beta2);
        var mean = _moments[place].Mean.Times(b1).add(gradient, Scalars.Of(1 - b1));
        var square = _moments[place].Square.Times(b2).addcmul(gradient, gradient, Scalars.Of(1 - b2));
        using var first = Scalars.Held(1 / (1 - Math.Pow(b1, _facts.Steps + 1)));
        using var second = Scalars.Held(1 / (1 - Math.Pow(b2, _facts.Steps + 1)));
        return mean.mul(first).div(square.mul(second).sqrt().Plus(LoraFineTuner.Epsilon));
    }

    public void Dispose()
    {
        foreach (var (mean, square) in _moments)
        {
            mean.Dispose();
            square.Dispose();
        }
        Adapter.Dispose();
    }
}

/// <summary>Facts about a checkpoint, besides its tensors.</summary>
/// <param name="LearningRate">The mean learning rate of its epoch.</param>
/// <param name="Steps">The number of steps taken.</param>
internal sealed record LessCheckpointFacts(double LearningRate, int Steps);
