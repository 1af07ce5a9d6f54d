namespace Attribution.Pipeline;

/// <summary>The measures that a training reports while it runs.</summary>
public static class TrainingMeasures
{
    /// <summary>Fine-tuning: the mean of the losses of a step's rows before the step, in nats per token; lower is better.</summary>
    public const string Loss = "loss";

    /// <summary>A probe: the cross-entropy of the held-out vectors after an epoch, in nats; lower is better.</summary>
    public const string ValidationLoss = "validation loss";

    /// <summary>The estimator of AT2: the mean correlation of predictions and outputs before a step, from -1 to 1; higher is better.</summary>
    public const string Correlation = "correlation";
}
