namespace Attribution.ContextAttribution;

/// <summary>How an estimator is trained; the defaults are the paper's (arXiv 2504.13752, appendix A).</summary>
public sealed record ScoreEstimatorOptions
{
    /// <summary>Steps of Adam. The time taken is proportional to it.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>The learning rate of the first step; it falls to 0 along a half cosine.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>(Example, unit) pairs per step, of as many different examples; all examples where there are fewer. The time taken is proportional to it.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>Decides which pairs a step draws.</summary>
    public long Seed { get; init; }
}
