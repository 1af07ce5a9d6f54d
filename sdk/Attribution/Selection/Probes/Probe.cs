using System.Globalization;
using System.Runtime.InteropServices;
using Attribution.Diagnostics;
using Attribution.Models.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Attribution.Selection.Probes;

/// <summary>
/// A classifier that tells an evaluation set's treatment vectors from its control vectors. A training vector's score is its logit. Only a vector's direction
/// counts: it is divided by its length first.
/// </summary>
public sealed class Probe
{
    private Probe(IReadOnlyList<ProbeLayer> layers, ProbeFit fit) => (Layers, Fit) = (layers, fit);

    /// <summary>The layers from the vector to the logit, with a ReLU between consecutive layers.</summary>
    public IReadOnlyList<ProbeLayer> Layers { get; }

    /// <summary>How the training went.</summary>
    public ProbeFit Fit { get; }

    /// <summary>D, the width of the vectors.</summary>
    public int Dimension => Layers[0].Inputs;

    /// <summary>Trains a probe.</summary>
    /// <param name="options">How to train.</param>
    /// <param name="treatment">Vectors with the behaviour, <c>[M, D]</c>.</param>
    /// <param name="control">Vectors without it; a treatment and a control with the same index are a pair.</param>
    /// <param name="cancellation">Checked between steps.</param>
    /// <exception cref="AttributionException"><see cref="ErrorCodes.ProbePairsTooFew"/>: fewer than ten pairs. <see cref="ErrorCodes.VectorWidths"/>: the
    /// widths differ.</exception>
    public static Probe Train(ProbeOptions options, IVectorSource treatment, IVectorSource control, CancellationToken cancellation = default) =>
        Train(options, treatment, control, onEpoch: null, cancellation);

    /// <summary>The same, with a call after each epoch: the epoch, from 1, and its validation loss.</summary>
    internal static Probe Train(ProbeOptions options, IVectorSource treatment, IVectorSource control, Action<int, double>? onEpoch,
        CancellationToken cancellation)
    {
        using var trainer = new ProbeTrainer(options, ProbeExamples.Read(treatment, control));
        var (layers, fit) = trainer.Train(onEpoch, cancellation);
        return new Probe(layers, fit);
    }

    /// <summary>Writes the probe as safetensors; equal probes give equal bytes.</summary>
    public void Save(string path)
    {
        var metadata = new Dictionary<string, string>();
        foreach (var (name, value) in new (string, IFormattable)[]
        {
            ("rows", Fit.Rows), ("skipped", Fit.Skipped), ("epochs", Fit.Epochs), ("best_epoch", Fit.BestEpoch),
            ("train_loss", Fit.TrainLoss), ("validation_loss", Fit.ValidationLoss), ("validation_accuracy", Fit.ValidationAccuracy),
                ("converged", Fit.Converged ? 1 : 0),
        })
            metadata[name] = value.ToString(null, CultureInfo.InvariantCulture);
        SafetensorsWriter.Write(path, Layers.Index().SelectMany(l => new[]
        {
            Source($"layers.{l.Index}.weight", l.Item.Weights, l.Item.Outputs, l.Item.Inputs),
            Source($"layers.{l.Index}.bias", l.Item.Bias, l.Item.Outputs),
        }), metadata);

        static SafetensorsSource Source(string name, float[] numbers, params long[] shape) =>
            new(name, SafetensorsDType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes(numbers.AsSpan())));
    }

    /// <summary>Reads a probe that <see cref="Save"/> wrote.</summary>
    /// <exception cref="AttributionException">The file is missing or damaged.</exception>
    public static Probe Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        using var scope = NewDisposeScope();
        var layers = new List<ProbeLayer>();
        for (var number = 0; file.Find($"layers.{number}.weight") is { } entry; number++)
            layers.Add(new ProbeLayer((int)entry.Shape[1], (int)entry.Shape[0],
                file.Load($"layers.{number}.weight").data<float>().ToArray(), file.Load($"layers.{number}.bias").data<float>().ToArray()));
        return new Probe(layers,
            new ProbeFit((int)Number("rows"), (int)Number("skipped"), (int)Number("epochs"), (int)Number("best_epoch"), Number("train_loss"),
                Number("validation_loss"), Number("validation_accuracy"))
            { Converged = file.Metadata.ContainsKey("converged") && Number("converged") == 1 });

        double Number(string name) => double.Parse(file.Metadata[name], CultureInfo.InvariantCulture);
    }

    /// <summary>Computes the logits of vectors of length 1.</summary>
    /// <param name="vectors">float32 <c>[rows, D]</c>.</param>
    /// <param name="layers">The layers' tensors, from <see cref="Tensors"/>.</param>
    /// <returns>float32 <c>[rows]</c>.</returns>
    internal static Tensor Logits(Tensor vectors, IReadOnlyList<(Tensor Weights, Tensor Bias)> layers)
    {
        var x = vectors;
        foreach (var (number, (weights, bias)) in layers.Index())
        {
            x = nn.functional.linear(x, weights, bias);
            if (number < layers.Count - 1)
                x = nn.functional.relu(x, inplace: true);
        }
        return x.flatten();
    }

    internal IReadOnlyList<(Tensor Weights, Tensor Bias)> Tensors() => [.. Layers.Select(l => (l.WeightTensor(), l.BiasTensor()))];
}

/// <summary>A linear layer: <c>W x + b</c>.</summary>
/// <param name="Inputs">The length of x.</param>
/// <param name="Outputs">The number of units.</param>
/// <param name="Weights">W, <c>[outputs, inputs]</c>.</param>
/// <param name="Bias">b, <c>[outputs]</c>.</param>
public sealed record ProbeLayer(int Inputs, int Outputs, float[] Weights, float[] Bias)
{
    internal Tensor WeightTensor() => tensor(Weights, [Outputs, Inputs]);

    internal Tensor BiasTensor() => tensor(Bias);
}

/// <summary>How the training of a probe went.</summary>
/// <param name="Rows">The number of vectors it was trained and validated on, of both kinds.</param>
/// <param name="Skipped">The number of vectors left out because they are zero or not finite.</param>
/// <param name="Epochs">The number of epochs that ran.</param>
/// <param name="BestEpoch">The epoch, from 1, whose weights were kept.</param>
/// <param name="TrainLoss">The mean weighted cross-entropy of that epoch's steps.</param>
/// <param name="ValidationLoss">The same loss of the held-out vectors after that epoch.</param>
/// <param name="ValidationAccuracy">The share of the held-out vectors whose logit has the right sign.</param>
public sealed record ProbeFit(int Rows, int Skipped, int Epochs, int BestEpoch, double TrainLoss, double ValidationLoss, double ValidationAccuracy)
{
    /// <summary>Whether the validation loss had stopped falling; false if the limit of epochs was reached before.</summary>
    public bool Converged { get; init; }
}
