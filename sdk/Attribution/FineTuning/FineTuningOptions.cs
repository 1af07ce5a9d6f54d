using Attribution.Models;
using Attribution.Models.Lora;

namespace Attribution.FineTuning;

/// <summary>
/// How an adapter is trained. The defaults are the original pipeline's but for two: it trains for 3 epochs with seed 42. Its loss of a step is the mean over
/// all answer tokens of the batch; here it is the mean over the rows of each row's own mean, so that a long answer counts for no more than a short one.
/// </summary>
public sealed record FineTuningOptions
{
    /// <summary>The adapter: r 32, alpha 64 on q, k, v, up, down and gate.</summary>
    public LoraConfig Lora { get; init; } = new();

    /// <summary>The learning rate of the first step; it falls linearly to 0 after the last.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>AdamW's decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>How often each row is trained on. The time taken is proportional to it.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Rows per step. The last step of an epoch has fewer where they do not divide.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>Decides the adapter's first values, the order of the rows and dropout.</summary>
    public long Seed { get; init; }
}

/// <summary>The order in which an epoch visits its rows: a shuffle (Fisher and Yates) that is the same on every machine.</summary>
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
