namespace Attribution.Pipeline;

/// <summary>What a training is followed by.</summary>
public static class TrainingMeasures
{
    /// <summary>Of fine-tuning: the mean of the losses of a step's rows before the step, in nats per token; lower is better.</summary>
    public const string Loss = "loss";

    /// <summary>Of a probe: the cross-entropy of the held-out vectors after an epoch, in nats; lower is better.</summary>
    public const string ValidationLoss = "validation loss";

    /// <summary>Of AT2's estimator: the mean correlation of predictions and outputs before a step, from -1 to 1; higher is better.</summary>
    public const string Correlation = "correlation";
}
