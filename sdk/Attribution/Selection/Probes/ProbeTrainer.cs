using Attribution.Diagnostics;
using Attribution.FineTuning;
using Attribution.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Attribution.Tensors.AdamW;

namespace Attribution.Selection.Probes;

/// <summary>
/// Fits a probe by logistic regression. The loss is <c>mean_i w_i (softplus(z_i) - y_i z_i)</c> of the logits z, with w = controls / treatments for a treatment
/// and 1 for a control, so that both kinds have the same weight. The same vectors and options give the same bytes on the same machine.
/// </summary>
internal sealed class ProbeTrainer(ProbeOptions options, ProbeExamples examples) : IDisposable
{
    private readonly List<(Parameter Weights, Parameter Bias)> _layers = [];
    private double _treatmentWeight;

    public (IReadOnlyList<ProbeLayer> Layers, ProbeFit Fit) Train(Action<int, double>? onEpoch, CancellationToken cancellation)
    {
        var (training, validation) = examples.Split(options.ValidationShare, options.Seed);
        var labels = examples.Labels;
        var treatments = training.Count(row => labels[row] == 1);
        _treatmentWeight = (double)(training.Length - treatments) / treatments;
        using var scope = NewDisposeScope();
        var vectors = tensor(examples.Vectors, [examples.Rows, examples.Dimension]);
        Start();
        manual_seed(options.Seed); // dropout
        using var optimizer = new AdamW(_layers.SelectMany(l => (Parameter[])[l.Weights, l.Bias]), weightDecay: options.WeightDecay);

        (IReadOnlyList<ProbeLayer> Layers, ProbeFit Fit)? best = null;
        for (var epoch = 1; epoch <= options.Epochs && epoch - (best?.Fit.BestEpoch ?? 0) <= options.Patience; epoch++)
        {
            double trained = 0;
            foreach (var batch in RowOrder.Of(training, options.Seed, epoch).Chunk(options.BatchSize))
            {
                cancellation.ThrowIfCancellationRequested();
                trained += Step(optimizer, vectors, labels, batch) * batch.Length / training.Length;
            }
            var (loss, accuracy) = Validate(vectors, labels, validation);
            onEpoch?.Invoke(epoch, loss);
            if (loss < (best?.Fit.ValidationLoss ?? double.PositiveInfinity) - (best is null ? 0 : options.MinimumImprovement))
                best = (Layers(), new ProbeFit(examples.Rows, examples.Skipped, epoch, epoch, trained, loss, accuracy));
            else if (best is { } kept)
                best = (kept.Layers, kept.Fit with { Epochs = epoch });
        }
        return best is var (layers, fit) ? (layers, fit with { Converged = fit.Epochs - fit.BestEpoch >= options.Patience })
            : throw new AttributionException(ErrorCodes.LossNotFinite,
            "The loss of the probe is not finite from the first epoch on. Look at the evaluation set's vectors.")
            { Property = "ScoringMethod" };
    }

    public void Dispose()
    {
        foreach (var (weights, bias) in _layers)
        {
            weights.Dispose();
            bias.Dispose();
        }
    }

    // Hidden layers are initialized like torch's Linear: uniform within 1 / sqrt(inputs).
    private void Start()
    {
        int[] sizes = [examples.Dimension, .. options.HiddenSizes, 1];
        foreach (var (number, (inputs, outputs)) in sizes.Zip(sizes.Skip(1)).Index())
        {
            var random = SeededRandom.Named(options.Seed, $"probe layer {number}");
            var bound = options.HiddenSizes.Count == 0 ? 0 : 1 / Math.Sqrt(inputs);
            _layers.Add((nn.Parameter(tensor(Draw(outputs * inputs), [outputs, inputs])), nn.Parameter(tensor(Draw(outputs)))));

            float[] Draw(int count)
            {
                var numbers = new float[count];
                for (var i = 0; i < count; i++)
                    numbers[i] = (float)((2 * random.NextDouble() - 1) * bound);
                return numbers;
            }
        }
    }

    private double Step(AdamW optimizer, Tensor vectors, float[] labels, int[] batch)
    {
        using var scope = NewDisposeScope();
        var logits = Forward(vectors, batch, isTraining: true);
        var (loss, gradients) = Loss(logits.data<float>().ToArray(), batch, labels);
        logits.backward([tensor(gradients)]);
        optimizer.Step(options.LearningRate);
        optimizer.ZeroGradients();
        return loss;
    }

    private (double Loss, double Accuracy) Validate(Tensor vectors, float[] labels, int[] rows)
    {
        using var scope = NewDisposeScope();
        var logits = Forward(vectors, rows, isTraining: false).data<float>().ToArray();
        return (Loss(logits, rows, labels).Loss, logits.Zip(rows).Average(p => p.First > 0 == labels[p.Second] > 0 ? 1.0 : 0));
    }

    // [rows]
    private Tensor Forward(Tensor vectors, int[] rows, bool isTraining)
    {
        using var mode = isTraining ? enable_grad() : no_grad();
        var x = vectors.index_select(0, tensor(Array.ConvertAll(rows, row => (long)row)));
        foreach (var (number, (weights, bias)) in _layers.Index())
        {
            x = nn.functional.linear(x, weights, bias);
            if (number < _layers.Count - 1)
                x = nn.functional.dropout(nn.functional.relu(x), options.Dropout, isTraining);
        }
        return x.flatten();
    }

    private (double Loss, float[] Gradients) Loss(float[] logits, int[] rows, float[] labels)
    {
        double loss = 0;
        var gradients = new float[logits.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            double z = logits[i], y = labels[rows[i]];
            var weight = (y == 1 ? _treatmentWeight : 1) / logits.Length;
            loss += weight * (Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - y * z);
            gradients[i] = (float)(weight * (1 / (1 + Math.Exp(-z)) - y));
        }
        return (loss, gradients);
    }

    private ProbeLayer[] Layers() =>
        [.. _layers.Select(l => new ProbeLayer((int)l.Weights.shape[1], (int)l.Weights.shape[0], l.Weights.data<float>().ToArray(),
            l.Bias.data<float>().ToArray()))];
}
