using Attribution.Diagnostics;

namespace Attribution.ContextAttribution;

/// <summary>How an estimator is trained; the defaults are those of the method's authors (arXiv 2504.13752).</summary>
public sealed record ScoreEstimatorOptions
{
    /// <summary>Steps of Adam, 1 or more. The time taken is proportional to it.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>The learning rate of the first step, above 0; it falls to 0 along a half cosine.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// (Example, unit) pairs per step, 1 or more, each of another example; all examples where there are fewer. The time taken is proportional to it.
    /// </summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>Decides which pairs a step draws.</summary>
    public long Seed { get; init; }

    /// <summary>Checks the options before anything expensive is done for them.</summary>
    /// <exception cref="AttributionException">ATTR1453: one is out of range.</exception>
    internal void Check()
    {
        Require(Steps > 0, nameof(Steps), "1 or more");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), "a number above 0");
        Require(BatchSize > 0, nameof(BatchSize), "1 or more");
    }

    private static void Require(bool holds, string property, string what)
    {
        if (!holds)
            throw new AttributionException(ErrorCodes.EstimatorOptionInvalid, $"{property} must be {what}.") { Property = property };
    }
}

/// <summary>How an estimator came to be.</summary>
/// <param name="Options">The options of the training.</param>
/// <param name="ExampleCount">Examples that were trained on.</param>
/// <param name="ExcludedCount">Examples left out because they have no target unit.</param>
/// <param name="UnitCount">Units of the examples trained on.</param>
/// <param name="MaskCount">Ablations of every example.</param>
/// <param name="Correlation">The mean Pearson correlation over all units of the examples trained on, after training.</param>
public sealed record ScoreEstimatorTraining(
    ScoreEstimatorOptions Options, int ExampleCount, int ExcludedCount, int UnitCount, int MaskCount, double Correlation);
