namespace Attribution.Selection.Probes;

/// <summary>
/// How a probe is trained. A fit costs about <c>6 * parameters * rows * epochs</c> operations: negligible for <see cref="Linear"/>; a minute or two of CPU time
/// for <see cref="Mlp"/> at D = 4096 and 300 pairs. Scoring with <see cref="Mlp"/> takes 50 million operations per row.
/// </summary>
public sealed record ProbeOptions
{
    /// <summary>
    /// <c>linear</c>: one layer. It starts from zero, so that it ignores directions in which the evaluation set does not vary. Its epochs cost next to nothing,
    /// so there may be as many as it takes for the validation loss to stop falling.
    /// </summary>
    public static ProbeOptions Linear { get; } = new() { Epochs = 10_000 };

    /// <summary><c>mlp</c>: two hidden layers with ReLU, of 4096 and 2048 units, dropout 0.1.</summary>
    public static ProbeOptions Mlp { get; } = new() { HiddenSizes = [4096, 2048], Dropout = 0.1 };

    /// <summary>The number of units of each hidden layer; empty for a linear probe.</summary>
    public IReadOnlyList<int> HiddenSizes { get; init; } = [];

    /// <summary>The share of a hidden layer's units that are dropped in a training step.</summary>
    public double Dropout { get; init; }

    /// <summary>The share of the pairs held out to decide when to stop; at least one pair.</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>The learning rate of AdamW (betas 0.9 and 0.999).</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>The weight decay of AdamW; it applies to biases too.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The number of vectors per step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The greatest number of passes over the vectors. If it ends the training, <see cref="ProbeFit.Converged"/> is false.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>
    /// Training stops after this many epochs in which the validation loss did not fall by <see cref="MinimumImprovement"/>; the best epoch's weights are kept.
    /// </summary>
    public int Patience { get; init; } = 5;

    /// <summary>See <see cref="Patience"/>.</summary>
    public double MinimumImprovement { get; init; } = 1e-4;

    /// <summary>The seed of the initial weights, the order of vectors, the held-out pairs, and dropout.</summary>
    public long Seed { get; init; }
}
