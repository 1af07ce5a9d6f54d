using Attribution.Diagnostics;

namespace Attribution.ContextAttribution;

/// <summary>How an estimator is trained; the defaults are those of the method's authors (arXiv 2504.13752).</summary>
public sealed record ScoreEstimatorOptions
{
    /// <summary>The number of steps of Adam, 1 or more. The time is proportional to it.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>The learning rate of the first step, above 0. It falls to 0 along a half cosine.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// The number of (example, unit) pairs per step, 1 or more, each from another example; all examples if there are fewer. The time is proportional to it.
    /// </summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>The seed of the draws of pairs.</summary>
    public long Seed { get; init; }

    /// <summary>Checks the options before any expensive work.</summary>
    /// <exception cref="AttributionException">ATTR1453: an option is out of range.</exception>
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

/// <summary>Facts about an estimator's training.</summary>
/// <param name="Options">The options of the training.</param>
/// <param name="ExampleCount">The number of examples trained on.</param>
/// <param name="ExcludedCount">The number of examples left out because they have no target unit.</param>
/// <param name="UnitCount">The number of units in the examples trained on.</param>
/// <param name="MaskCount">The number of ablations per example.</param>
/// <param name="Correlation">The mean Pearson correlation over all units of the examples trained on, after training.</param>
public sealed record ScoreEstimatorTraining(
    ScoreEstimatorOptions Options, int ExampleCount, int ExcludedCount, int UnitCount, int MaskCount, double Correlation);
