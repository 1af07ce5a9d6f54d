using System.Numerics.Tensors;
using Attribution.Diagnostics;
using Attribution.Models;

namespace Attribution.ContextAttribution;

/// <summary>
/// Trains a <see cref="ScoreEstimator"/> to maximize the Pearson correlation, over the ablations of an example, between the outputs y and the predictions <c>p
/// = X w</c> (arXiv 2504.13752, section 3), where X [M, F] contains a unit's features. With centred p and y, the correlation and its gradient are <c>r = p.y /
/// (|p| |y|)</c> and <c>dr/dw = X^T (y / |y| - r p / |p|) / |p|</c>. Weights start at 1 / F; the optimizer is Adam, with a half cosine from the learning rate
/// to 0 and gradients clipped to a norm of 1; at the end the weights are divided by their L1 norm.
/// </summary>
public static class ScoreEstimatorTrainer
{
    // The correlation with a constant is 0, and so is its gradient.
    private const double Tiny = 1e-8;

    // The number of pairs per work item. It is fixed, so that sums are taken in the same order whatever the number of threads.
    private const int ChunkPairs = 16;

    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8, MaxGradientNorm = 1;

    /// <summary>Trains an estimator. The same examples, model and options give the same weights, whatever the number of threads.</summary>
    /// <param name="examples">The examples, all with the model's F features and the same number of masks; examples without a unit are left out and
    /// counted.</param>
    /// <param name="model">The model that the features belong to.</param>
    /// <param name="options">How to train.</param>
    /// <param name="onStep">Called with each step's 0-based index and the mean correlation of its pairs.</param>
    /// <param name="cancellation">Checked between steps.</param>
    /// <exception cref="AttributionException">ATTR1453: an option is out of range. ATTR1454: no example has a unit. ATTR1455: an example's sizes differ from
    /// those of the others or of the model, or a number is not finite; the row is the example's index.</exception>
    public static ScoreEstimator Train(
        IReadOnlyList<TaskFeatures> examples, ModelIdentity model, ScoreEstimatorOptions options, Action<int, double>? onStep = null,
        CancellationToken cancellation = default)
    {
        options.Check();
        Check(examples, model);
        var used = examples.Where(example => example.UnitCount > 0).ToArray();
        if (used.Length == 0)
            throw new AttributionException(ErrorCodes.NoTargetUnits,
                $"None of the {examples.Count} examples has a target unit: there is nothing to train the estimator on. Look at the generated "
                + "answers, or take more examples.");

        var weights = new float[model.FeatureCount];
        Array.Fill(weights, 1f / weights.Length);
        var batch = new PairSampler(used, options);
        var (mean, square) = (new double[weights.Length], new double[weights.Length]);
        for (var step = 0; step < options.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (correlation, gradient) = Correlate(batch.Draw(), weights);
            var rate = options.LearningRate * (1 + Math.Cos(Math.PI * step / options.Steps)) / 2;
            Ascend(weights, gradient, mean, square, step + 1, rate);
            onStep?.Invoke(step, correlation);
        }

        var norm = weights.Sum(w => Math.Abs((double)w));
        if (norm > 0)
            for (var f = 0; f < weights.Length; f++)
                weights[f] = (float)(weights[f] / norm);
        var all = used.SelectMany(example => Enumerable.Range(0, example.UnitCount).Select(unit => new Pair(example, unit))).ToArray();
        var facts = new ScoreEstimatorTraining(options, used.Length, examples.Count - used.Length, all.Length, used[0].MaskCount,
            Correlate(all, weights).Correlation);
        return new(model, weights, facts);
    }

    // x += lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps), with the gradient of what is maximized (Adam, arXiv 1412.6980)
    private static void Ascend(float[] weights, double[] gradient, double[] mean, double[] square, int step, double rate)
    {
        var norm = Math.Sqrt(gradient.Sum(g => g * g));
        var scale = norm > MaxGradientNorm ? MaxGradientNorm / norm : 1;
        var (correct1, correct2) = (1 - Math.Pow(Beta1, step), 1 - Math.Pow(Beta2, step));
        for (var f = 0; f < weights.Length; f++)
        {
            var g = gradient[f] * scale;
            mean[f] = (Beta1 * mean[f]) + ((1 - Beta1) * g);
            square[f] = (Beta2 * square[f]) + ((1 - Beta2) * g * g);
            weights[f] = (float)(weights[f] + (rate * (mean[f] / correct1) / (Math.Sqrt(square[f] / correct2) + Epsilon)));
        }
    }

    /// <summary>The mean correlation of some pairs, and its gradient [F].</summary>
    private static (double Correlation, double[] Gradient) Correlate(Pair[] pairs, float[] weights)
    {
        var chunks = pairs.Chunk(ChunkPairs).ToArray();
        var sums = new (double Correlation, float[] Gradient)[chunks.Length];
        Parallel.For(0, chunks.Length, i => sums[i] = CorrelateChunk(chunks[i], weights));
        var (correlation, gradient) = (0.0, new double[weights.Length]);
        foreach (var (r, g) in sums)
        {
            correlation += r;
            for (var f = 0; f < gradient.Length; f++)
                gradient[f] += g[f];
        }
        for (var f = 0; f < gradient.Length; f++)
            gradient[f] /= pairs.Length;
        return (correlation / pairs.Length, gradient);
    }

    private static (double Correlation, float[] Gradient) CorrelateChunk(Pair[] pairs, float[] weights)
    {
        var gradient = new float[weights.Length];
        var sum = 0.0;
        var masks = pairs[0].Example.MaskCount;
        Span<double> predictions = new double[masks], outputs = new double[masks];
        foreach (var pair in pairs)
        {
            // A pair's features go through the cache twice, but through memory once.
            for (var m = 0; m < masks; m++)
                (predictions[m], outputs[m]) = (TensorPrimitives.Dot(pair.Features(m), weights), pair.Output(m));
            var (lengthP, lengthY) = (Center(predictions), Center(outputs));
            if (lengthP * lengthY < Tiny * masks)
                continue;
            var r = TensorPrimitives.Dot(predictions, outputs) / (lengthP * lengthY);
            sum += r;
            for (var m = 0; m < masks; m++)
            {
                var along = (float)(((outputs[m] / lengthY) - (r * predictions[m] / lengthP)) / lengthP);
                TensorPrimitives.MultiplyAdd(pair.Features(m), along, gradient, gradient);
            }
        }
        return (sum, gradient);
    }

    // Subtracts the mean; returns the length of the result.
    private static double Center(Span<double> values)
    {
        TensorPrimitives.Subtract(values, TensorPrimitives.Sum(values) / values.Length, values);
        return TensorPrimitives.Norm(values);
    }

    private static void Check(IReadOnlyList<TaskFeatures> examples, ModelIdentity model)
    {
        foreach (var (index, example) in examples.Index())
        {
            var count = (long)example.UnitCount * example.MaskCount;
            string? wrong =
                example.FeatureCount != model.FeatureCount ? $"has {example.FeatureCount} features, and {model.LayerCount} layers of {model.HeadCount} "
                    + $"heads have {model.FeatureCount}"
                : example.MaskCount != examples[0].MaskCount ? $"has {example.MaskCount} masks, and the first has {examples[0].MaskCount}"
                : example.Outputs.Length != count || example.Features.Length != count * example.FeatureCount
                    ? $"has {example.Features.Length} features and {example.Outputs.Length} outputs, which are not {example.UnitCount} units x "
                    + $"{example.MaskCount} masks of them"
                : count > 0 && !(TensorPrimitives.IsFiniteAll<float>(example.Features) && TensorPrimitives.IsFiniteAll<float>(example.Outputs))
                    ? "has a feature or an output that is not a finite number"
                : null;
            if (wrong is not null)
                throw new AttributionException(ErrorCodes.TaskFeaturesInvalid, $"Example {index} {wrong}.") { Row = index };
        }
    }

    private readonly record struct Pair(TaskFeatures Example, int Unit)
    {
        public ReadOnlySpan<float> Features(int mask) => Example.Features.AsSpan(((Unit * Example.MaskCount) + mask) * Example.FeatureCount,
            Example.FeatureCount);

        public float Output(int mask) => Example.Outputs[(Unit * Example.MaskCount) + mask];
    }

    /// <summary>Draws a step's pairs: distinct examples, and from each one unit, with equal probability.</summary>
    private sealed class PairSampler(TaskFeatures[] examples, ScoreEstimatorOptions options)
    {
        private readonly int[] _order = [.. Enumerable.Range(0, examples.Length)];
        private SeededRandom _random = SeededRandom.Named(options.Seed, "score estimator");

        public Pair[] Draw()
        {
            var pairs = new Pair[Math.Min(options.BatchSize, _order.Length)];
            for (var i = 0; i < pairs.Length; i++)
            {
                // The first steps of a Fisher-Yates shuffle
                var other = i + Next(_order.Length - i);
                (_order[i], _order[other]) = (_order[other], _order[i]);
                var example = examples[_order[i]];
                pairs[i] = new(example, Next(example.UnitCount));
            }
            return pairs;
        }

        private int Next(int count) => (int)(_random.NextDouble() * count);
    }
}
