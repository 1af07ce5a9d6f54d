using Attribution.Diagnostics;
using Attribution.Models;
using Attribution.Models.Lora;

namespace Attribution.FineTuning;

/// <summary>
/// How an adapter is trained. The defaults are the original pipeline's, except that the original trains for 3 epochs with seed 42. The original's loss of a
/// step is the mean over all answer tokens of the batch; here it is the mean over the rows of each row's own mean, so that a long answer weighs no more than a
/// short one.
/// </summary>
public sealed record FineTuningOptions
{
    /// <summary>The adapter; by default rank 32 and alpha 64 on q, k, v, up, down and gate.</summary>
    public LoraConfig Lora { get; init; } = new();

    /// <summary>The learning rate of the first step. It falls linearly to 0 after the last.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>AdamW's decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The number of passes over the rows. The time is proportional to it.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>The number of rows per step. The last step of an epoch may have fewer.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>The seed of the adapter's initial weights, the order of the rows, and dropout.</summary>
    public long Seed { get; init; }

    /// <summary>The number of steps of an epoch, for a number of rows to train on.</summary>
    internal int StepsPerEpoch(int rows) => rows / BatchSize + (rows % BatchSize > 0 ? 1 : 0);

    /// <summary>Checks the options before any expensive work.</summary>
    /// <exception cref="AttributionException">ATTR1601: an option is out of range. ATTR1154: one of the adapter's is.</exception>
    internal void Check()
    {
        Positive(Epochs, nameof(Epochs));
        Positive(BatchSize, nameof(BatchSize));
        Positive(LearningRate, nameof(LearningRate));
        if (!(WeightDecay >= 0))
            throw Invalid(nameof(WeightDecay), WeightDecay, "0 or more");
        Lora.Check();

        static void Positive(double value, string property)
        {
            if (!(value > 0 && double.IsFinite(value)))
                throw Invalid(property, value, "above 0");
        }

        static AttributionException Invalid(string property, double value, string must) =>
            new(ErrorCodes.TrainingOptionInvalid, $"{property} is {value}; it must be {must}.") { Property = property };
    }
}

/// <summary>The order in which an epoch visits its rows: a Fisher-Yates shuffle that is the same on every machine.</summary>
internal static class RowOrder
{
    internal static int[] Of(IReadOnlyList<int> rows, long seed, int epoch)
    {
        var random = SeededRandom.Named(seed, $"epoch {epoch}");
        int[] order = [.. rows];
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = (int)(random.NextDouble() * (i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
